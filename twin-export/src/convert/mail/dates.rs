//! When a message was sent, in every form in which headers say so.

use jiff::civil;
use mail_parser::DateTime;

/// A moment, and how the sender's clock showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    /// `2026-03-02 09:32`
    pub(super) shown: String,
    /// Seconds since 1970.
    pub(super) at: i64,
}

/// Reads the text of a `Date` header, or takes what the parser made of it.
pub(super) fn sent(header: Option<&str>, parsed: Option<&DateTime>) -> Option<Sent> {
    header.and_then(read).or_else(|| {
        let parsed = parsed.filter(|date| date.is_valid())?;
        let DateTime { year, month, day, hour, minute, .. } = parsed;
        Some(Sent {
            shown: format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}"),
            at: parsed.to_timestamp(),
        })
    })
}

#[derive(Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<(i8, i8, i8)>,
    /// Minutes ahead of UTC.
    zone: Option<i64>,
}

/// RFC 5322, also with two-digit years, ISO 8601, and what C's `asctime` writes.
fn read(text: &str) -> Option<Sent> {
    let mut parts = Parts::default();
    for token in without_comments(text).split([' ', '\t', '\r', '\n', ',']).filter(|token| !token.is_empty())
    {
        parts.take(token);
    }
    let (hour, minute, second) = parts.time.unwrap_or_default();
    let date = civil::Date::new(parts.year?, parts.month?, parts.day?).ok()?;
    // A leap second is the last of its minute.
    let clock = date.to_datetime(civil::Time::new(hour, minute, second.min(59), 0).ok()?);
    let as_utc = jiff::tz::Offset::UTC.to_timestamp(clock).ok()?.as_second();
    Some(Sent {
        shown: clock.strftime("%Y-%m-%d %H:%M").to_string(),
        at: as_utc - parts.zone.unwrap_or(0) * 60,
    })
}

fn without_comments(text: &str) -> String {
    let mut depth = 0usize;
    let kept = text.chars().filter(|&c| {
        let is_inside = depth > 0;
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        !is_inside && c != '('
    });
    kept.collect()
}

impl Parts {
    fn take(&mut self, token: &str) {
        let first = token.as_bytes()[0];
        if first.is_ascii_digit() && self.iso(token) || first.is_ascii_digit() && self.clock(token) {
            return;
        }
        let pieces: Vec<&str> = token.split('-').collect();
        if first.is_ascii_digit() && pieces.len() == 3 {
            return pieces.into_iter().for_each(|piece| self.take_word(piece));
        }
        if matches!(first, b'+' | b'-') && self.time.is_some() {
            self.zone = self.zone.or_else(|| offset(token));
            return;
        }
        self.take_word(token);
    }

    fn take_word(&mut self, word: &str) {
        let Ok(number) = word.parse::<i16>() else {
            let lower = word.trim_end_matches('.').to_lowercase();
            match (month(&lower), named_zone(&lower), lower.as_str()) {
                (Some(month), ..) if self.month.is_none() => self.month = Some(month),
                (_, Some(zone), _) if self.time.is_some() => self.zone = self.zone.or(Some(zone)),
                (_, _, "pm") => {
                    self.time = self.time.map(|(hour, minute, second)| (hour % 12 + 12, minute, second))
                }
                (_, _, "am") => {
                    self.time = self.time.map(|(hour, minute, second)| (hour % 12, minute, second))
                }
                _ => {}
            }
            return;
        };
        match word.len() {
            1 | 2 if self.day.is_none() => self.day = i8::try_from(number).ok(),
            2 if self.year.is_none() => {
                self.year = Some(if number < 50 { 2000 + number } else { 1900 + number })
            }
            3 if self.year.is_none() => self.year = Some(1900 + number),
            4 if self.year.is_none() => self.year = Some(number),
            _ => {}
        }
    }

    /// `2026-03-02`, maybe with `T09:30:00+01:00` behind.
    fn iso(&mut self, token: &str) -> bool {
        let (date, time) = token.split_once(['T', 't']).unwrap_or((token, ""));
        let numbers: Option<Vec<i16>> = date.split(['-', '/']).map(|part| part.parse().ok()).collect();
        let Some([year, month, day]) = numbers.as_deref() else { return false };
        if *year < 1000 || date.len() < 8 {
            return false;
        }
        self.year = Some(*year);
        self.month = i8::try_from(*month).ok();
        self.day = i8::try_from(*day).ok();
        if !time.is_empty() {
            self.clock(time);
        }
        true
    }

    /// `09:30`, `09:30:00.5`, `9:30PM`, `09:30:00Z`, `09:30+01:00`.
    fn clock(&mut self, token: &str) -> bool {
        let end = token.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(token.len());
        let (clock, rest) = token.split_at(end);
        let mut numbers =
            clock.split(':').map(|part| part.split('.').next().unwrap_or_default().parse::<i8>().ok());
        let (Some(Some(hour)), Some(Some(minute))) = (numbers.next(), numbers.next()) else { return false };
        let second = numbers.next().flatten().unwrap_or(0);
        self.time = Some((hour, minute, second));
        match rest.chars().next() {
            Some('+' | '-') => self.zone = offset(rest),
            Some(_) => self.take_word(rest),
            None => {}
        }
        true
    }
}

/// Minutes ahead of UTC, of `+0100`, `+01:00` or `+01`.
fn offset(zone: &str) -> Option<i64> {
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..4).map_or(Some(0), |minutes| minutes.parse().ok())?;
    Some(if zone.starts_with('-') { -(hours * 60 + minutes) } else { hours * 60 + minutes })
}

fn named_zone(name: &str) -> Option<i64> {
    let hours = match name {
        "z" | "ut" | "utc" | "gmt" | "wet" => 0,
        "bst" | "cet" | "mez" | "west" => 1,
        "cest" | "mesz" | "eet" => 2,
        "eest" | "msk" => 3,
        "edt" => -4,
        "est" | "cdt" => -5,
        "cst" | "mdt" => -6,
        "mst" | "pdt" => -7,
        "pst" => -8,
        "jst" | "kst" => 9,
        "aest" => 10,
        _ => return None,
    };
    Some(hours * 60)
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&[&str]; 12] = [
        &["jan", "jän"],
        &["feb", "fév", "fev"],
        &["mar", "mär", "mrz", "mrt"],
        &["apr", "avr", "abr"],
        &["may", "mai", "maj", "mei"],
        &["jun", "juin"],
        &["jul", "juil"],
        &["aug", "aoû", "aou", "ago"],
        &["sep"],
        &["oct", "okt", "out"],
        &["nov"],
        &["dec", "dez", "déc", "dic"],
    ];
    let place = MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)))?;
    i8::try_from(place + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_form_that_headers_have() {
        let utc = |text: &str| read(text).map(|sent| (sent.shown, sent.at));
        let expected = |shown: &str, at| Some((shown.to_owned(), at));
        assert_eq!(utc("Mon, 2 Mar 2026 09:30:00 +0100"), expected("2026-03-02 09:30", 1_772_440_200));
        assert_eq!(utc("2 Mar 26 09:30 EST"), expected("2026-03-02 09:30", 1_772_461_800));
        assert_eq!(utc("2026-03-02T09:30:00+01:00"), expected("2026-03-02 09:30", 1_772_440_200));
        assert_eq!(utc("2026-03-02 09:30:00Z"), expected("2026-03-02 09:30", 1_772_443_800));
        assert_eq!(utc("Mon Mar  2 09:30:00 2026"), expected("2026-03-02 09:30", 1_772_443_800));
        assert_eq!(utc("Mon, 02-Mar-1998 09:30:60 GMT (Monday)"), expected("1998-03-02 09:30", 888_831_059));
        assert_eq!(utc("Monday, March 2, 2026 9:30 PM"), expected("2026-03-02 21:30", 1_772_487_000));
        assert_eq!(utc("2 Mar 2026"), expected("2026-03-02 00:00", 1_772_409_600));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "yesterday", "Mon, 32 Mar 2026 09:30", "09:30", "2026", "31 Feb 2026 10:00", "-- ::"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
