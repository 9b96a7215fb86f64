//! Rules of repetition (RFC 5545, `RRULE`) in words: `monthly on the last Friday of the month until 2026-05-01`.

use super::moment::Moment;

/// A rule as a person would tell it.
pub(super) fn repeats(rule: &str) -> String {
    let part = |name: &str| {
        rule.split(';')
            .filter_map(|part| part.split_once('='))
            .find(|(one, _)| one.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    };
    let numbers = |name: &str| -> Vec<i32> {
        let values = part(name).unwrap_or_default().split(',');
        values.filter_map(|value| value.trim().parse().ok()).take(MOST_VALUES).collect()
    };
    let unit = part("FREQ").unwrap_or_default().to_ascii_lowercase();
    let mut words = vec![match (part("INTERVAL").filter(|every| *every != "1"), unit.as_str()) {
        (Some(every), "daily") => format!("every {every} days"),
        (Some(every), unit) => format!("every {every} {}s", unit.trim_end_matches("ly")),
        (None, unit) => unit.to_owned(),
    }];
    let months: Vec<String> = numbers("BYMONTH").into_iter().filter_map(month).map(str::to_owned).collect();
    let days: Vec<Day> =
        part("BYDAY").unwrap_or_default().split(',').filter_map(Day::of).take(MOST_VALUES).collect();
    let places = numbers("BYSETPOS");
    // Within which days are counted.
    let whole = match unit.as_str() {
        "yearly" if months.is_empty() => " of the year".to_owned(),
        _ if !months.is_empty() => format!(" of {}", listed(&months)),
        _ => " of the month".to_owned(),
    };
    let is_counted = !places.is_empty() && !days.is_empty() || days.iter().any(|day| day.place.is_some());
    if !days.is_empty() {
        words.push(format!("on {}", named(&days, &places)));
    }
    let dates: Vec<String> = numbers("BYMONTHDAY").into_iter().map(date).collect();
    if !dates.is_empty() {
        words.push(format!("on {}", listed(&dates)));
    }
    if is_counted {
        words.push(whole.trim_start().to_owned());
    } else if !months.is_empty() {
        words.push(format!("in {}", listed(&months)));
    }
    for (name, before) in
        [("BYYEARDAY", "on day"), ("BYWEEKNO", "in week"), ("BYHOUR", "at hour"), ("BYMINUTE", "at minute")]
    {
        let values: Vec<String> = numbers(name).into_iter().map(|value| value.to_string()).collect();
        if !values.is_empty() {
            words.push(format!("{before} {}", listed(&values)));
        }
    }
    if !places.is_empty() && days.is_empty() {
        let places: Vec<String> = places.into_iter().map(ordinal).collect();
        words.push(format!("(the {} of these)", listed(&places)));
    }
    if let Some(until) = part("UNTIL") {
        let day = Moment::read(until, String::new()).map_or(until.to_owned(), |until| until.date.to_string());
        words.push(format!("until {day}"));
    }
    let count = part("COUNT").map(|count| format!(", {count} times")).unwrap_or_default();
    format!("{}{count}", words.join(" "))
}

/// Values of one part of a rule that are told.
const MOST_VALUES: usize = 100;

/// A day of the week, maybe one of several in a month or a year.
struct Day {
    place: Option<i32>,
    index: usize,
}

const CODES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl Day {
    /// `FR`, `-1FR`
    fn of(code: &str) -> Option<Self> {
        let code = code.trim();
        let (place, day) = code.split_at_checked(code.len().checked_sub(2)?)?;
        let index = CODES.iter().position(|one| day.eq_ignore_ascii_case(one))?;
        Some(Self { place: place.parse().ok().filter(|place| *place != 0), index })
    }
}

/// `Monday and Wednesday`, `the last Friday`, `the first weekday`.
fn named(days: &[Day], places: &[i32]) -> String {
    let mut week = [false; 7];
    days.iter().for_each(|day| week[day.index] = true);
    if !places.is_empty() {
        let which = match week {
            [true, true, true, true, true, false, false] => "weekday".to_owned(),
            [false, false, false, false, false, true, true] => "day of a weekend".to_owned(),
            [true, true, true, true, true, true, true] => "day".to_owned(),
            _ => {
                let names: Vec<String> = days.iter().map(|day| NAMES[day.index].to_owned()).collect();
                names.join(" or ")
            }
        };
        let places: Vec<String> = places.iter().copied().map(ordinal).collect();
        return format!("the {} {which}", listed(&places));
    }
    let names: Vec<String> = days
        .iter()
        .map(|day| match day.place {
            Some(place) => format!("the {} {}", ordinal(place), NAMES[day.index]),
            None => NAMES[day.index].to_owned(),
        })
        .collect();
    listed(&names)
}

/// A day of a month, counted from its end where it is negative.
fn date(day: i32) -> String {
    match day {
        ..0 => format!("the {} day", ordinal(day)),
        _ => format!("day {day}"),
    }
}

/// `first`, `last`, `second to last`, `21st`
fn ordinal(place: i32) -> String {
    let number = place.unsigned_abs();
    let counted = match (number, number % 10, number % 100) {
        (1, ..) => "first".to_owned(),
        (2, ..) => "second".to_owned(),
        (3, ..) => "third".to_owned(),
        (4, ..) => "fourth".to_owned(),
        (5, ..) => "fifth".to_owned(),
        (_, _, 11..=13) => format!("{number}th"),
        (_, 1, _) => format!("{number}st"),
        (_, 2, _) => format!("{number}nd"),
        (_, 3, _) => format!("{number}rd"),
        _ => format!("{number}th"),
    };
    match place {
        -1 => "last".to_owned(),
        ..0 => format!("{counted} to last"),
        _ => counted,
    }
}

fn month(number: i32) -> Option<&'static str> {
    let names = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    names.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
}

/// `a, b and c`
fn listed(values: &[String]) -> String {
    match values {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_told_in_words() {
        for (rule, words) in [
            ("FREQ=DAILY;COUNT=5", "daily, 5 times"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "every 2 weeks on Monday and Wednesday"),
            (
                "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20261231T225959Z",
                "monthly on the last Friday of the month until 2026-12-31",
            ),
            ("FREQ=MONTHLY;BYDAY=2TU", "monthly on the second Tuesday of the month"),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "monthly on the first weekday of the month"),
            ("FREQ=MONTHLY;BYDAY=SU,MO,TU,WE,TH,FR,SA;BYSETPOS=-1", "monthly on the last day of the month"),
            (
                "FREQ=MONTHLY;BYDAY=TU,TH;BYSETPOS=-2",
                "monthly on the second to last Tuesday or Thursday of the month",
            ),
            ("FREQ=MONTHLY;BYMONTHDAY=1,15", "monthly on day 1 and day 15"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "monthly on the last day"),
            ("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "yearly on the last Sunday of March"),
            ("FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=21", "yearly on day 21 in March and September"),
            ("FREQ=YEARLY;BYDAY=20MO", "yearly on the 20th Monday of the year"),
            ("FREQ=YEARLY;BYYEARDAY=100", "yearly on day 100"),
            ("", ""),
        ] {
            assert_eq!(repeats(rule), words, "{rule}");
        }
    }
}
