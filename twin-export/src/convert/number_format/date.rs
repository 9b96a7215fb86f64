//! Dates, times and durations, which spreadsheets keep as days since 1900 (or 1904).

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

use super::parse::{Field, Section, Token};

/// Days from 1900 to 1904.
const FROM_1904: f64 = 1462.0;
/// The last day of the year 9999.
const MOST_DAYS: f64 = 2_958_466.0;
/// Spreadsheets take 1900 for a leap year.
const NO_SUCH_DAY: i64 = 60;

/// A moment, rounded to what the section shows of it.
struct Moment {
    /// Seconds in all, and the thousandths behind them.
    seconds: i64,
    thousandths: i64,
    days: i64,
    year: i16,
    month: i8,
    day: i8,
}

/// What a section shows of a number of days; none where that is no date.
pub(super) fn written(section: &Section, value: f64, from_1904: bool) -> Option<String> {
    let fields = || {
        section.tokens.iter().filter_map(|token| match token {
            Token::Date(field, len) => Some((*field, *len)),
            _ => None,
        })
    };
    let is_span = fields().any(|(field, _)| matches!(field, Field::Hours | Field::Minutes | Field::Seconds));
    let is_negative = value < 0.0;
    if is_negative && !is_span {
        return None;
    }
    let value = value.abs() + if from_1904 && !is_span { FROM_1904 } else { 0.0 };
    if value >= MOST_DAYS {
        return None;
    }
    let digits =
        fields().filter(|(field, _)| *field == Field::Fraction).map(|(_, len)| len).max().unwrap_or(0);
    let moment = Moment::of(value, digits)?;
    let half_day = fields().any(|(field, _)| field == Field::HalfDay);
    let era = fields().any(|(field, _)| field == Field::Era);
    let mut out = String::from(if is_negative { "-" } else { "" });
    for token in &section.tokens {
        match token {
            Token::Literal(text) => out.push_str(text),
            Token::Date(field, len) => out.push_str(&moment.field(*field, *len, half_day, era, section)),
            _ => {}
        }
    }
    Some(out)
}

impl Moment {
    fn of(value: f64, digits: usize) -> Option<Self> {
        let scale = [1.0, 10.0, 100.0, 1000.0][digits.min(3)];
        // Below 3·10¹¹, which a float holds to the thousandth.
        let units = (value * 86_400.0 * scale).round() as i64;
        let scale = scale as i64;
        let seconds = units / scale;
        let thousandths = units % scale * (1000 / scale);
        let days = seconds / 86_400;
        let (year, month, day) = match days {
            0 => (1900, 1, 0),
            NO_SUCH_DAY => (1900, 2, 29),
            _ => {
                let real = if days > NO_SUCH_DAY { days - 1 } else { days };
                let date = Date::constant(1899, 12, 31).checked_add(span(real)?).ok()?;
                (date.year(), date.month(), date.day())
            }
        };
        Some(Self { seconds, thousandths, days, year, month, day })
    }

    fn field(&self, field: Field, len: usize, half_day: bool, era: bool, section: &Section) -> String {
        let padded = |value: i64| if len > 1 { format!("{value:02}") } else { value.to_string() };
        let hour = self.seconds / 3600 % 24;
        let month = usize::try_from(self.month).unwrap_or(1).clamp(1, 12) - 1;
        let weekday = usize::try_from((self.days + 6) % 7).unwrap_or(0);
        let language = section.language;
        match field {
            Field::Year if len > 2 => format!("{:04}", self.year),
            Field::Year => format!("{:02}", self.year % 100),
            Field::BuddhistYear => (i32::from(self.year) + 543).to_string(),
            Field::Era if language.is_japanese() => self.era(len).0,
            Field::Era => String::new(),
            Field::EraYear if era && language.is_japanese() => self.era(len).1.to_string(),
            Field::EraYear => self.year.to_string(),
            Field::Month => match len {
                1 | 2 => padded(i64::from(self.month)),
                3 => language.short_month(month),
                5 => language.month(month).chars().take(1).collect(),
                _ => language.month(month).to_owned(),
            },
            Field::Day => padded(i64::from(self.day)),
            Field::Weekday if len == 3 => language.short_weekday(weekday),
            Field::Weekday => language.weekday(weekday).to_owned(),
            Field::Hour if half_day => padded((hour + 11) % 12 + 1),
            Field::Hour => padded(hour),
            Field::Minute => padded(self.seconds / 60 % 60),
            Field::Second => padded(self.seconds % 60),
            Field::Fraction => format!(".{:03}", self.thousandths)[..len.min(3) + 1].to_owned(),
            Field::Hours => format!("{:0len$}", self.seconds / 3600, len = len.min(9)),
            Field::Minutes => format!("{:0len$}", self.seconds / 60, len = len.min(9)),
            Field::Seconds => format!("{:0len$}", self.seconds, len = len.min(9)),
            Field::HalfDay => {
                let sign = if hour < 12 { "AM" } else { "PM" };
                sign[..len.min(2)].to_owned()
            }
        }
    }

    /// Japan's era, and the year in it.
    fn era(&self, len: usize) -> (String, i16) {
        let eras = [
            ((2019, 5, 1), "令和", "R"),
            ((1989, 1, 8), "平成", "H"),
            ((1926, 12, 25), "昭和", "S"),
            ((1912, 7, 30), "大正", "T"),
            ((1868, 1, 25), "明治", "M"),
        ];
        let date = (self.year, self.month, self.day);
        let found = eras.iter().find(|(start, ..)| date >= *start).unwrap_or(&eras[4]);
        let name = match len {
            1 => found.2.to_owned(),
            2 => found.1.chars().take(1).collect(),
            _ => found.1.to_owned(),
        };
        (name, self.year - found.0.0 + 1)
    }
}

fn span(days: i64) -> Option<Span> {
    (0..4_000_000).contains(&days).then(|| days.days())
}
