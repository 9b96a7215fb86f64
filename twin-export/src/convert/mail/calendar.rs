//! Invitations as a person would tell them: what, when, where, by whom, and what it is about (RFC 5545, and its
//! forerunner vCalendar).

use mail_parser::decoders::quoted_printable::quoted_printable_decode;

use super::super::html::fragment_to_text;
use super::super::plain::decoded;
use super::moment::{Moment, Zones, when};
use super::repeats::repeats;

/// One property of an event: its name, its parameters, its value as it stands.
pub(super) struct Property {
    pub(super) name: String,
    parameters: Vec<(String, String)>,
    pub(super) value: String,
}

impl Property {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(one, _)| one == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    pub(super) fn text(&self) -> String {
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
    let lines: Vec<Property> = unfolded(calendar).iter().filter_map(|line| property(line)).collect();
    let zones = Zones::of(&lines);
    for property in lines {
        let value = property.value.trim().to_ascii_uppercase();
        match (property.name.as_str(), &mut open) {
            ("BEGIN", None) if matches!(value.as_str(), "VEVENT" | "VTODO" | "VJOURNAL") => {
                open = Some((value, Vec::new()))
            }
            ("BEGIN", Some(_)) => within += 1,
            ("END", Some(_)) if within > 0 => within -= 1,
            ("END", Some((kind, properties))) if *kind == value => {
                events.push(event(kind, properties, &method, &zones));
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
        events.push(event(&kind, &properties, &method, &zones));
    }
    events.retain(|event| !event.is_empty());
    events.join("\n\n")
}

fn event(kind: &str, properties: &[Property], method: &str, zones: &Zones) -> String {
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
    let moment = |name: &str| find(name).and_then(|property| Moment::of(property, zones));
    let length = find("DURATION").map(|length| length.value.as_str());
    add(
        "Status",
        if is_cancelled { String::new() } else { status(&text("STATUS"), text("PERCENT-COMPLETE").trim()) },
    );
    add("When", when(find("DTSTART"), find("DTEND"), length, zones));
    add("Instead of", find("RECURRENCE-ID").map(|one| replaced(one, zones)).unwrap_or_default());
    add("Due", moment("DUE").map(|due| due.shown()).unwrap_or_default());
    add("Repeats", find("RRULE").map(|rule| repeats(&rule.value)).unwrap_or_default());
    let start = moment("DTSTART");
    add(
        "Also",
        dates(properties, "RDATE", |date| match &start {
            Some(start) if start.time == date.time => date.date.to_string(),
            _ => Moment { zone: String::new(), ..date }.shown(),
        }),
    );
    add("Except", dates(properties, "EXDATE", |date| date.date.to_string()));
    add("Where", text("LOCATION"));
    add("Organizer", find("ORGANIZER").map(person).unwrap_or_default());
    let guests: Vec<String> =
        properties.iter().filter(|property| property.name == "ATTENDEE").take(100).map(guest_line).collect();
    add("Attendees", guests.join(", "));
    add("Contact", text("CONTACT"));
    add("Link", text("URL"));
    let files: Vec<String> =
        properties.iter().filter(|property| property.name == "ATTACH").take(100).filter_map(file).collect();
    add("Attached", files.join(", "));
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

/// Where an event or a task stands, if it is not simply so.
fn status(status: &str, percent: &str) -> String {
    let status = status.trim().to_ascii_lowercase();
    match status.as_str() {
        "tentative" | "completed" | "draft" => status,
        "in-process" if !percent.is_empty() => format!("in process, {percent} %"),
        "in-process" => "in process".to_owned(),
        _ => String::new(),
    }
}

fn person(property: &Property) -> String {
    let address = property.value.trim();
    let bare = address
        .get(..7)
        .filter(|scheme| scheme.eq_ignore_ascii_case("mailto:"))
        .map_or(address, |_| &address[7..]);
    property.parameter("CN").unwrap_or(bare).to_owned()
}

fn guest_line(guest: &Property) -> String {
    let state = guest.parameter("PARTSTAT").unwrap_or_default().to_ascii_lowercase();
    match state.as_str() {
        "accepted" | "declined" | "tentative" | "delegated" => format!("{} ({state})", person(guest)),
        _ => person(guest),
    }
}

/// The name or the address of a file; files within the calendar itself have a name at most.
fn file(property: &Property) -> Option<String> {
    let name = ["FILENAME", "X-FILENAME"].iter().find_map(|name| property.parameter(name));
    let value = property.value.trim();
    let is_address = value.starts_with("http://") || value.starts_with("https://");
    match (name, is_address) {
        (Some(name), true) => Some(format!("{name} ({value})")),
        (Some(name), false) => Some(name.to_owned()),
        (None, true) => Some(value.to_owned()),
        (None, false) => None,
    }
}

/// Which one of a series an event stands for.
fn replaced(property: &Property, zones: &Zones) -> String {
    let moment = Moment::of(property, zones).map_or_else(|| property.text(), |moment| moment.shown());
    let goes_on =
        property.parameter("RANGE").is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"));
    if goes_on { format!("{moment} and all after it") } else { moment }
}

/// Dates that a series has or leaves out beside its rule.
fn dates(properties: &[Property], name: &str, shown: impl Fn(Moment) -> String) -> String {
    let of_name = properties.iter().filter(|property| property.name == name);
    let values = of_name.flat_map(|property| property.value.split(','));
    // Of a period, its start.
    let starts = values.map(|value| value.split('/').next().unwrap_or_default().trim());
    let dates: Vec<String> =
        starts.take(100).filter_map(|value| Some(shown(Moment::read(value, String::new())?))).collect();
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
    fn what_differs_from_the_series_is_told() {
        let moved = "SUMMARY:Round\r\nRECURRENCE-ID;TZID=Europe/Oslo:20260324T100000\r\nDTSTART;TZID=Europe/Oslo:20260325T120000";
        assert_eq!(
            invitation(moved),
            "Invitation: Round\nWhen: 2026-03-25 12:00 (Europe/Oslo)\nInstead of: 2026-03-24 10:00 (Europe/Oslo)"
        );
        let more = "SUMMARY:Round\r\nDTSTART:20260310T100000Z\r\nRDATE:20260401T100000Z,20260402T120000Z/PT1H\r\nRDATE;VALUE=DATE:20260501";
        assert!(
            invitation(more).ends_with("Also: 2026-04-01, 2026-04-02 12:00, 2026-05-01"),
            "{}",
            invitation(more)
        );
    }

    #[test]
    fn who_comes_and_what_is_enclosed_is_told() {
        let lines = "SUMMARY:Round\r\nCONTACT:Desk 5\r\nATTACH:https://e.example/plan.pdf\r\nATTACH;FILENAME=a.docx:https://e.example/1\r\n\
            ATTACH;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=b.txt:aGk=\r\nATTENDEE;PARTSTAT=ACCEPTED;CN=Ann:mailto:a@x\r\nATTENDEE;PARTSTAT=NEEDS-ACTION;CN=Bo:mailto:b@x";
        assert_eq!(
            invitation(lines),
            "Invitation: Round\nAttendees: Ann (accepted), Bo\nContact: Desk 5\nAttached: https://e.example/plan.pdf, a.docx (https://e.example/1), b.txt"
        );
    }

    #[test]
    fn repetitions_cancellations_and_old_calendars_are_told() {
        let text = invitation(
            "SUMMARY:Round\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20260501T000000Z\r\nEXDATE:20260316T100000Z\r\nSTATUS:CANCELLED",
        );
        assert_eq!(
            text,
            "Cancelled: Round\nRepeats: every 2 weeks on Monday and Wednesday until 2026-05-01\nExcept: 2026-03-16"
        );
        let old = "BEGIN:VCALENDAR\nVERSION:1.0\nBEGIN:VEVENT\nSUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:K=C3=BChl=\nraum\nDTSTART:20260309T100000\nEND:VEVENT\n";
        assert_eq!(told(old), "Event: Kühlraum\nWhen: 2026-03-09 10:00");
        assert_eq!(told("no calendar"), "");
    }
}
