//! Invitations as a person would tell them: what, when, where, by whom, and what it is about (RFC 5545, and its
//! forerunner vCalendar).

use mail_parser::decoders::quoted_printable::quoted_printable_decode;

use super::super::html::fragment_to_text;
use super::super::plain::decoded;

/// One property of an event: its name, its parameters, its value as it stands.
struct Property {
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

impl Property {
    fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(one, _)| one == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn text(&self) -> String {
        unescaped(&self.value).trim().to_owned()
    }
}

/// Events of one calendar that are told.
const MOST_EVENTS: usize = 200;

/// The events and tasks of a calendar, one after the other.
pub(super) fn told(calendar: &str) -> String {
    let mut method = String::new();
    let mut events: Vec<String> = Vec::new();
    let mut open: Option<(String, Vec<Property>)> = None;
    // What stands within an event, such as an alarm, tells nothing of it.
    let mut within = 0usize;
    for line in unfolded(calendar) {
        let Some(property) = property(&line) else { continue };
        let value = property.value.trim().to_ascii_uppercase();
        match (property.name.as_str(), &mut open) {
            ("BEGIN", None) if matches!(value.as_str(), "VEVENT" | "VTODO" | "VJOURNAL") => {
                open = Some((value, Vec::new()))
            }
            ("BEGIN", Some(_)) => within += 1,
            ("END", Some(_)) if within > 0 => within -= 1,
            ("END", Some((kind, properties))) if *kind == value => {
                events.push(event(kind, properties, &method));
                open = None;
            }
            ("METHOD", None) => method = value,
            (_, Some((_, properties))) if within == 0 => properties.push(property),
            _ => {}
        }
        if events.len() >= MOST_EVENTS {
            break;
        }
    }
    // A calendar that is cut short.
    if let Some((kind, properties)) = open {
        events.push(event(&kind, &properties, &method));
    }
    events.retain(|event| !event.is_empty());
    events.join("\n\n")
}

fn event(kind: &str, properties: &[Property], method: &str) -> String {
    let find = |name: &str| properties.iter().find(|property| property.name == name);
    let text = |name: &str| find(name).map(Property::text).unwrap_or_default();
    let is_cancelled = method == "CANCEL" || text("STATUS").eq_ignore_ascii_case("CANCELLED");
    let what = match (method, kind) {
        _ if is_cancelled => "Cancelled",
        ("REPLY", _) => "Answer to the invitation",
        ("COUNTER", _) => "Other time proposed",
        (_, "VTODO") => "Task",
        (_, "VJOURNAL") => "Note",
        ("REQUEST", _) => "Invitation",
        _ => "Event",
    };
    let mut lines = vec![format!("{what}: {}", text("SUMMARY"))];
    let mut add = |name: &str, value: String| {
        if !value.is_empty() {
            lines.push(format!("{name}: {value}"));
        }
    };
    add("When", when(find("DTSTART"), find("DTEND"), find("DURATION").map(|length| length.value.as_str())));
    add("Due", find("DUE").and_then(Moment::of).map(|due| due.shown()).unwrap_or_default());
    add("Repeats", find("RRULE").map(|rule| repeats(&rule.value)).unwrap_or_default());
    add("Except", except(properties));
    add("Where", text("LOCATION"));
    add("Organizer", find("ORGANIZER").map(person).unwrap_or_default());
    let guests: Vec<String> = properties
        .iter()
        .filter(|property| property.name == "ATTENDEE")
        .take(100)
        .map(|guest| guest_line(guest, method))
        .collect();
    add("Attendees", guests.join(", "));
    add("Link", text("URL"));
    let description = match (find("DESCRIPTION").map(Property::text), find("X-ALT-DESC")) {
        (Some(text), _) if !text.is_empty() => text,
        (_, Some(html)) => fragment_to_text(&unescaped(&html.value)),
        _ => String::new(),
    };
    for more in [description, text("COMMENT")] {
        if !more.is_empty() {
            lines.push(more);
        }
    }
    lines.join("\n")
}

fn person(property: &Property) -> String {
    let address = property.value.trim();
    let bare = address
        .get(..7)
        .filter(|scheme| scheme.eq_ignore_ascii_case("mailto:"))
        .map_or(address, |_| &address[7..]);
    property.parameter("CN").unwrap_or(bare).to_owned()
}

fn guest_line(guest: &Property, method: &str) -> String {
    let state = guest.parameter("PARTSTAT").unwrap_or_default().to_ascii_lowercase();
    match state.as_str() {
        "accepted" | "declined" | "tentative" | "delegated" if method == "REPLY" => {
            format!("{} ({state})", person(guest))
        }
        _ => person(guest),
    }
}

/// A moment as it is written: a day, maybe an hour, maybe a zone.
struct Moment {
    date: jiff::civil::Date,
    time: Option<jiff::civil::Time>,
    zone: String,
}

impl Moment {
    fn of(property: &Property) -> Option<Self> {
        Self::read(property.value.trim(), property.parameter("TZID"))
    }

    fn read(value: &str, zone: Option<&str>) -> Option<Self> {
        let digits: String = value.chars().filter(|c| *c != '-' && *c != ':').collect();
        let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
        let small = |from: usize, to: usize| number(from, to).and_then(|number| i8::try_from(number).ok());
        let date = jiff::civil::Date::new(number(0, 4)?, small(4, 6)?, small(6, 8)?).ok()?;
        let time = digits
            .get(8..9)
            .filter(|mark| *mark == "T")
            .and_then(|_| jiff::civil::Time::new(small(9, 11)?, small(11, 13)?, 0, 0).ok());
        let zone = match zone {
            _ if time.is_none() => String::new(),
            _ if value.ends_with(['Z', 'z']) => "UTC".to_owned(),
            // Some put where the zone's rules are before its name.
            Some(name) => match name.trim_matches('"').rsplitn(3, '/').collect::<Vec<_>>().as_slice() {
                [city, area, _] => format!("{area}/{city}"),
                _ => name.trim_matches('"').to_owned(),
            },
            None => String::new(),
        };
        Some(Self { date, time, zone })
    }

    fn shown(&self) -> String {
        let time = self.time.map(|time| format!(" {}", time.strftime("%H:%M"))).unwrap_or_default();
        let zone = if self.zone.is_empty() { String::new() } else { format!(" ({})", self.zone) };
        format!("{}{time}{zone}", self.date)
    }
}

/// `2026-03-09 10:00–11:00 (Europe/Oslo)`, `2026-03-09 to 2026-03-11 (all day)`.
fn when(start: Option<&Property>, end: Option<&Property>, length: Option<&str>) -> String {
    let Some(property) = start else { return String::new() };
    let Some(start) = Moment::of(property) else { return property.text() };
    let end = end.and_then(Moment::of).or_else(|| after(&start, length?));
    let Some(time) = start.time else {
        // The end of a day is the start of the next.
        let last = end.and_then(|end| end.date.yesterday().ok()).filter(|last| *last > start.date);
        return last.map_or(format!("{} (all day)", start.date), |last| {
            format!("{} to {last} (all day)", start.date)
        });
    };
    match end {
        Some(Moment { date, time: Some(last), zone }) if zone == start.zone => {
            let zone = if zone.is_empty() { zone } else { format!(" ({zone})") };
            match date == start.date {
                true => format!("{date} {}–{}{zone}", time.strftime("%H:%M"), last.strftime("%H:%M")),
                false => format!(
                    "{} {} to {date} {}{zone}",
                    start.date,
                    time.strftime("%H:%M"),
                    last.strftime("%H:%M")
                ),
            }
        }
        Some(end) => format!("{} to {}", start.shown(), end.shown()),
        None => start.shown(),
    }
}

/// The moment so long after another: `PT1H30M`, `P2D`.
fn after(start: &Moment, length: &str) -> Option<Moment> {
    let span: jiff::Span = length.trim().parse().ok()?;
    let end = start.date.to_datetime(start.time.unwrap_or_default()).checked_add(span).ok()?;
    Some(Moment { date: end.date(), time: start.time.map(|_| end.time()), zone: start.zone.clone() })
}

/// `weekly on MO, WE until 2026-05-01`.
fn repeats(rule: &str) -> String {
    let part = |name: &str| {
        rule.split(';')
            .filter_map(|part| part.split_once('='))
            .find(|(one, _)| one.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    };
    let every = part("INTERVAL").filter(|every| *every != "1");
    let unit = part("FREQ").unwrap_or_default().to_ascii_lowercase();
    let mut out = match (every, unit.as_str()) {
        (Some(every), "daily") => format!("every {every} days"),
        (Some(every), unit) => format!("every {every} {}s", unit.trim_end_matches("ly")),
        (None, unit) => unit.to_owned(),
    };
    let mut add = |before: &str, value: Option<String>| {
        if let Some(value) = value {
            out.push_str(&format!(" {before} {value}"));
        }
    };
    add("on", part("BYDAY").map(|days| days.replace(',', ", ")));
    add("on day", part("BYMONTHDAY").map(|days| days.replace(',', ", ")));
    add("in month", part("BYMONTH").map(|months| months.replace(',', ", ")));
    add(
        "until",
        part("UNTIL")
            .map(|until| Moment::read(until, None).map_or(until.to_owned(), |until| until.date.to_string())),
    );
    if let Some(count) = part("COUNT") {
        out.push_str(&format!(", {count} times"));
    }
    out
}

fn except(properties: &[Property]) -> String {
    let dates = properties
        .iter()
        .filter(|property| property.name == "EXDATE")
        .flat_map(|property| property.value.split(','));
    let dates: Vec<String> =
        dates.take(100).filter_map(|date| Some(Moment::read(date.trim(), None)?.date.to_string())).collect();
    dates.join(", ")
}

/// Lines, joined where they go on with a blank.
fn unfolded(calendar: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in calendar.lines() {
        let goes_on = lines.last().is_some_and(|last| is_soft_broken(last));
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some(last)) => last.push_str(more),
            (None, Some(last)) if goes_on => {
                last.pop();
                last.push_str(line);
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// vCalendar breaks lines as mail does.
fn is_soft_broken(line: &str) -> bool {
    line.ends_with('=')
        && line.split(':').next().is_some_and(|head| head.to_ascii_uppercase().contains("QUOTED-PRINTABLE"))
}

fn property(line: &str) -> Option<Property> {
    let mut in_quotes = false;
    let colon = line.char_indices().find(|(_, c)| {
        in_quotes ^= *c == '"';
        *c == ':' && !in_quotes
    });
    let (head, value) = line.split_at(colon?.0);
    let mut parts = head.split(';');
    let name = parts.next()?.trim().to_ascii_uppercase();
    let parameters: Vec<(String, String)> = parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or(("ENCODING", part));
            (name.trim().to_ascii_uppercase(), value.trim().trim_matches('"').to_owned())
        })
        .collect();
    let mut value = value[1..].to_owned();
    let is_quoted = parameters
        .iter()
        .any(|(name, value)| name == "ENCODING" && value.eq_ignore_ascii_case("QUOTED-PRINTABLE"));
    if is_quoted && let Some(bytes) = quoted_printable_decode(value.as_bytes()) {
        value = decoded(&bytes).into_owned();
    }
    // A group may stand before the name.
    let name = name.rsplit('.').next().map(str::to_owned)?;
    Some(Property { name, parameters, value })
}

fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation(lines: &str) -> String {
        told(&format!(
            "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nDTSTART:19700101T000000\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR"
        ))
    }

    #[test]
    fn an_invitation_tells_what_when_where_and_about_what() {
        assert_eq!(
            invitation(
                "SUMMARY:Fire drill\r\nDTSTART;TZID=Europe/Oslo:20260309T100000\r\nDTEND;TZID=Europe/Oslo:20260309T110000\r\nLOCATION:Yard\\, behind\r\n  hall 2\r\nDESCRIPTION:Bring the list.\\nNo lifts.\r\nORGANIZER;CN=\"Roe: Dana\":mailto:d@x.example\r\nATTENDEE:mailto:team@x.example\r\nBEGIN:VALARM\r\nDESCRIPTION:Reminder\r\nEND:VALARM"
            ),
            "Invitation: Fire drill\nWhen: 2026-03-09 10:00–11:00 (Europe/Oslo)\nWhere: Yard, behind hall 2\nOrganizer: Roe: Dana\nAttendees: team@x.example\nBring the list.\nNo lifts."
        );
    }

    #[test]
    fn times_read_in_every_form() {
        let when = |lines: &str| {
            invitation(lines).lines().find_map(|line| line.strip_prefix("When: ").map(str::to_owned)).unwrap()
        };
        assert_eq!(when("DTSTART;VALUE=DATE:20260309\r\nDTEND;VALUE=DATE:20260310"), "2026-03-09 (all day)");
        assert_eq!(
            when("DTSTART;VALUE=DATE:20260309\r\nDTEND;VALUE=DATE:20260312"),
            "2026-03-09 to 2026-03-11 (all day)"
        );
        assert_eq!(when("DTSTART:20260309T090000Z\r\nDURATION:PT1H30M"), "2026-03-09 09:00–10:30 (UTC)");
        assert_eq!(
            when("DTSTART:20260309T230000\r\nDTEND:20260310T010000"),
            "2026-03-09 23:00 to 2026-03-10 01:00"
        );
        assert_eq!(
            when("DTSTART;TZID=/x.org/2026/Europe/Oslo:20260309T100000"),
            "2026-03-09 10:00 (Europe/Oslo)"
        );
        assert_eq!(when("DTSTART:some day"), "some day");
    }

    #[test]
    fn repetitions_cancellations_and_old_calendars_are_told() {
        let text = invitation(
            "SUMMARY:Round\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20260501T000000Z\r\nEXDATE:20260316T100000Z\r\nSTATUS:CANCELLED",
        );
        assert_eq!(
            text,
            "Cancelled: Round\nRepeats: every 2 weeks on MO, WE until 2026-05-01\nExcept: 2026-03-16"
        );
        let old = "BEGIN:VCALENDAR\nVERSION:1.0\nBEGIN:VEVENT\nSUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:K=C3=BChl=\nraum\nDTSTART:20260309T100000\nEND:VEVENT\n";
        assert_eq!(told(old), "Event: Kühlraum\nWhen: 2026-03-09 10:00");
        assert_eq!(told("no calendar"), "");
    }
}
