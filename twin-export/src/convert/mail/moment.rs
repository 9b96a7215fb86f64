//! When an event of a calendar is, as it is written there: a day, maybe an hour, maybe a zone.

use std::collections::HashMap;

use super::calendar::Property;

/// How far zones of a calendar's own are from UTC, by their names: the usual time, and that in summer.
#[derive(Debug, Default)]
pub(super) struct Zones(HashMap<String, Vec<(String, bool)>>);

impl Zones {
    pub(super) fn of(calendar: &[Property]) -> Self {
        let mut zones = Self::default();
        let (mut name, mut is_summer) = (None, false);
        for property in calendar {
            let value = property.value.trim();
            match property.name.as_str() {
                "BEGIN" if value.eq_ignore_ascii_case("VTIMEZONE") => name = Some(String::new()),
                "END" if value.eq_ignore_ascii_case("VTIMEZONE") => name = None,
                "BEGIN" => is_summer = value.eq_ignore_ascii_case("DAYLIGHT"),
                "TZID" if name.is_some() => name = Some(value.trim_matches('"').to_owned()),
                "TZOFFSETTO" => {
                    if let (Some(name), Some(offset)) = (&name, offset(value))
                        && zones.0.len() < MOST_ZONES
                    {
                        zones.0.entry(name.clone()).or_default().push((offset, is_summer));
                    }
                }
                _ => {}
            }
        }
        zones
    }

    /// A zone as a person knows it: a name that only this calendar has says how far it is from UTC.
    fn shown(&self, name: &str) -> String {
        let name = name.trim_matches('"');
        // Some put where the zone's rules are before its name.
        if let [city, area, _] = name.rsplitn(3, '/').collect::<Vec<_>>().as_slice() {
            return format!("{area}/{city}");
        }
        let is_known =
            name.contains('/') || name.ends_with("Standard Time") || name.eq_ignore_ascii_case("UTC");
        let Some(offsets) = self.0.get(name).filter(|_| !is_known) else { return name.to_owned() };
        // Zones change their rules: the last ones count.
        let last = |summer: bool| offsets.iter().rev().find(|(_, is_summer)| *is_summer == summer);
        match (last(false), last(true)) {
            (Some((usual, _)), Some((summer, _))) if usual != summer => {
                format!("{name}, UTC{usual}, in summer UTC{summer}")
            }
            (Some((offset, _)), _) | (None, Some((offset, _))) => format!("{name}, UTC{offset}"),
            (None, None) => name.to_owned(),
        }
    }
}

const MOST_ZONES: usize = 500;

/// `+05:30`
fn offset(value: &str) -> Option<String> {
    let (hours, minutes) = (value.get(..3)?, value.get(3..5)?);
    let is_offset = hours.starts_with(['+', '-'])
        && [&hours[1..], minutes].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    is_offset.then(|| format!("{hours}:{minutes}"))
}

/// A moment as it is written.
pub(super) struct Moment {
    pub(super) date: jiff::civil::Date,
    pub(super) time: Option<jiff::civil::Time>,
    pub(super) zone: String,
}

impl Moment {
    pub(super) fn of(property: &Property, zones: &Zones) -> Option<Self> {
        let zone = property.parameter("TZID").map(|name| zones.shown(name)).unwrap_or_default();
        Self::read(property.value.trim(), zone)
    }

    pub(super) fn read(value: &str, zone: String) -> Option<Self> {
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
            _ => zone,
        };
        Some(Self { date, time, zone })
    }

    pub(super) fn shown(&self) -> String {
        let time = self.time.map(|time| format!(" {}", time.strftime("%H:%M"))).unwrap_or_default();
        let zone = if self.zone.is_empty() { String::new() } else { format!(" ({})", self.zone) };
        format!("{}{time}{zone}", self.date)
    }
}

/// `2026-03-09 10:00–11:00 (Europe/Oslo)`, `2026-03-09 to 2026-03-11 (all day)`.
pub(super) fn when(
    start: Option<&Property>,
    end: Option<&Property>,
    length: Option<&str>,
    zones: &Zones,
) -> String {
    let Some(property) = start else { return String::new() };
    let Some(start) = Moment::of(property, zones) else { return property.text() };
    let end = end.and_then(|end| Moment::of(end, zones)).or_else(|| after(&start, length?));
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

#[cfg(test)]
mod tests {
    use super::super::calendar::told;

    fn when(zone: &str, rules: &str) -> String {
        let calendar = format!(
            "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:{zone}\n{rules}END:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=\"{zone}\":20260310T100000\nEND:VEVENT\nEND:VCALENDAR"
        );
        let told = told(&calendar);
        told.lines().find_map(|line| line.strip_prefix("When: ")).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_zone_of_the_calendars_own_says_how_far_it_is_from_utc() {
        let usual = "BEGIN:STANDARD\nTZOFFSETFROM:+0530\nTZOFFSETTO:+0530\nEND:STANDARD\n";
        let summer = "BEGIN:DAYLIGHT\nTZOFFSETTO:+0630\nEND:DAYLIGHT\n";
        assert_eq!(when("Customized Time Zone", usual), "2026-03-10 10:00 (Customized Time Zone, UTC+05:30)");
        assert_eq!(
            when("Ours", &format!("{usual}{summer}")),
            "2026-03-10 10:00 (Ours, UTC+05:30, in summer UTC+06:30)"
        );
        assert_eq!(when("Asia/Kolkata", usual), "2026-03-10 10:00 (Asia/Kolkata)");
        assert_eq!(when("W. Europe Standard Time", usual), "2026-03-10 10:00 (W. Europe Standard Time)");
    }
}
