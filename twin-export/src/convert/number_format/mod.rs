//! Number formats of spreadsheets (ECMA-376 part 1, 18.8.31): what a cell shows of the number it holds.
//!
//! Our own, since the one kept crate (`ssfmt` 0.1) knows no month names but English ones, shows `-1` where a format
//! hides negative numbers, rounds twelve-digit numbers under `General`, and panics on signs beyond ASCII.

mod date;
mod digits;
mod locale;
mod parse;

use digits::{Decimal, MOST_EXACT};
use parse::{Section, Token};

/// Bytes of the longest code, four times what a spreadsheet program takes. What is longer is made to turn each number into a book.
const MOST_CODE: usize = 1024;

/// A format code, ready to be used many times.
#[derive(Debug, Clone)]
pub(crate) struct NumberFormat {
    sections: Vec<Section>,
}

impl NumberFormat {
    pub(crate) fn parse(code: &str) -> Self {
        let code = if code.len() <= MOST_CODE { code } else { "General" };
        Self { sections: parse::sections(code) }
    }

    /// One of the formats that workbooks refer to by number alone. Where the number stands for a date as the system
    /// writes it, the date is written in the one way that nobody misreads.
    pub(crate) fn built_in(id: u32) -> Self {
        Self::parse(built_in(id))
    }

    pub(crate) fn is_general(&self) -> bool {
        matches!(self.sections.as_slice(), [section] if section.tokens == [Token::General])
    }

    /// What a cell shows of `value`; dates count from 1904 instead of 1900 in some workbooks.
    pub(crate) fn number(&self, value: f64, from_1904: bool) -> String {
        if self.is_general() || !value.is_finite() {
            return general(value);
        }
        let Some((section, shows_sign)) = self.section(value) else { return general(value) };
        let shown = if section.is_date() {
            date::written(section, value, from_1904).unwrap_or_else(|| general(value))
        } else if section.has_digits() && !section.tokens.contains(&Token::Text) {
            let sign = if value < 0.0 && shows_sign { "-" } else { "" };
            let body = digits::written(section, value.abs());
            // A number that rounds to nothing has no sign.
            let is_nothing = !body.contains(|c: char| ('1'..='9').contains(&c));
            if is_nothing { body } else { sign.to_owned() + &body }
        } else {
            // A cell of texts shows a number as it is.
            let is_whole = |token: &Token| matches!(token, Token::General | Token::Text);
            let sign = if value < 0.0 && shows_sign { "-" } else { "" };
            section.literal(|token| is_whole(token).then(|| sign.to_owned() + &general(value.abs())))
        };
        section.numerals.written(&shown).trim().to_owned()
    }

    /// What a cell shows of a text; a format never hides it.
    pub(crate) fn text(&self, text: &str) -> String {
        let has_place = |section: &&Section| section.tokens.contains(&Token::Text);
        let section = self.sections.get(3).filter(has_place).or_else(|| self.sections.iter().find(has_place));
        match section {
            Some(section) if section.tokens.len() > 1 => {
                section.literal(|token| (*token == Token::Text).then(|| text.to_owned()))
            }
            _ => text.to_owned(),
        }
    }

    /// The sections that numbers are shown by: what places a text may stand last for texts alone.
    fn numeric(&self) -> &[Section] {
        match self.sections.split_last() {
            Some((last, numeric)) if last.tokens.contains(&Token::Text) && !numeric.is_empty() => numeric,
            _ => &self.sections[..self.sections.len().min(3)],
        }
    }

    /// The section for a value, and whether a minus sign is to be added to it.
    fn section(&self, value: f64) -> Option<(&Section, bool)> {
        let numeric = self.numeric();
        if numeric.iter().any(|section| section.condition.is_some()) {
            let holds = |section: &&Section| section.condition.is_none_or(|condition| condition.holds(value));
            let found = numeric.iter().find(holds)?;
            let only_negative = found.condition.is_some_and(|condition| condition.is_below_zero());
            return Some((found, !only_negative || self.is_told_by_colour(found)));
        }
        match numeric {
            [] => None,
            [only] => Some((only, true)),
            [_, negative, ..] if value < 0.0 => Some((negative, self.is_told_by_colour(negative))),
            [_, _, zero] if value == 0.0 => Some((zero, true)),
            [positive, ..] => Some((positive, true)),
        }
    }

    /// Whether nothing but its colour tells the section of negative numbers from another.
    fn is_told_by_colour(&self, negative: &Section) -> bool {
        let others = self.sections.iter().filter(|other| !std::ptr::eq(*other, negative));
        let words = negative.words();
        negative.has_colour
            && negative.has_digits()
            && others.take(2).any(|other| other.has_digits() && other.words() == words)
    }
}

/// As a spreadsheet shows a number without a format: fifteen digits, so that 0.1 + 0.2 is 0.3.
pub(crate) fn general(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < MOST_EXACT {
        // Without the sign of a zero below zero.
        return (number + 0.0).to_string();
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    let plain = rounded.to_string();
    if plain.len() <= MOST_PLAIN || !rounded.is_finite() {
        return plain;
    }
    Decimal::of(number).scientific(rounded < 0.0)
}

/// Longer numbers are written with a power of ten.
const MOST_PLAIN: usize = 22;

fn built_in(id: u32) -> &'static str {
    match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5 => "\"$\"#,##0_);(\"$\"#,##0)",
        6 => "\"$\"#,##0_);[Red](\"$\"#,##0)",
        7 => "\"$\"#,##0.00_);(\"$\"#,##0.00)",
        8 => "\"$\"#,##0.00_);[Red](\"$\"#,##0.00)",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 | 27..=31 | 36 | 50..=54 | 57 | 58 => "yyyy-mm-dd",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 | 32 | 34 | 55 => "h:mm",
        21 | 33 | 35 | 56 => "h:mm:ss",
        22 => "yyyy-mm-dd hh:mm",
        37 => "#,##0_);(#,##0)",
        38 => "#,##0_);[Red](#,##0)",
        39 => "#,##0.00_);(#,##0.00)",
        40 => "#,##0.00_);[Red](#,##0.00)",
        41 => "_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)",
        42 => "_(\"$\"* #,##0_);_(\"$\"* (#,##0);_(\"$\"* \"-\"_);_(@_)",
        43 => "_(* #,##0.00_);_(* (#,##0.00);_(* \"-\"??_);_(@_)",
        44 => "_(\"$\"* #,##0.00_);_(\"$\"* (#,##0.00);_(\"$\"* \"-\"??_);_(@_)",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        48 => "##0.0E+0",
        49 => "@",
        _ => "General",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shows(code: &str, value: f64, expected: &str) {
        assert_eq!(NumberFormat::parse(code).number(value, false), expected, "{code} of {value}");
    }

    #[test]
    fn numbers_read_as_a_spreadsheet_shows_them() {
        assert_eq!(general(0.1 + 0.2), "0.3");
        assert_eq!(general(42.0), "42");
        assert_eq!(general(-1234567.891), "-1234567.891");
        assert_eq!(general(123_456_789_012.0), "123456789012");
        assert_eq!(general(1_234_567_890_123_456.0), "1234567890123456");
        assert_eq!(general(1e300), "1E+300");
        assert_eq!(general(f64::NAN), "NaN");
    }

    #[test]
    fn a_code_that_no_program_takes_is_not_followed() {
        let long = "0\"x\"".repeat(400);
        shows(&long, 5.5, "5.5");
    }

    #[test]
    fn digits_have_places_groups_and_scales() {
        shows("0.0%", 0.155, "15.5%");
        shows("0%", 0.08, "8%");
        shows("00000", 42.0, "00042");
        shows("000-0000", 5_550_100.0, "555-0100");
        shows("(000) 000-0000", 2_125_550_100.0, "(212) 555-0100");
        shows("#,##0.00", 1_234_567.5, "1,234,567.50");
        shows("#,##0", 999.5, "1,000");
        shows("#,##0,,\"M\"", 12_345_678.0, "12M");
        shows("0.##", 1.5, "1.5");
        shows("0.00", 1.005, "1.01");
        shows("#", 0.0, "");
        shows(".00", 0.5, ".50");
        shows("0,000", 5.0, "0,005");
        shows("0.00", -0.001, "0.00");
    }

    #[test]
    fn currencies_keep_their_place() {
        shows("#,##0.00 \"€\"", 1234.5, "1,234.50 €");
        shows("\"$\"#,##0.00", 39.9, "$39.90");
        shows("[$€-407]#,##0.00", 3.5, "€3.50");
        shows("[$USD] #,##0.00", 3.5, "USD 3.50");
        shows("#,##0\\ \"kr\"", 100.0, "100 kr");
        shows("_-* #,##0.00\\ \"kr\"_-;-* #,##0.00\\ \"kr\"_-", -12.0, "-12.00 kr");
        shows("_(* #,##0.00_);_(* \\(#,##0.00\\);_(* \"-\"??_);_(@_)", -3.0, "(3.00)");
        shows("_(* #,##0.00_);_(* \\(#,##0.00\\);_(* \"-\"??_);_(@_)", 0.0, "-");
    }

    #[test]
    fn sections_and_conditions_choose_what_is_shown() {
        shows("0;[Red]-0", -5.0, "-5");
        shows("0.00;[Red]0.00", -5.0, "-5.00");
        shows("0.00;[Red]0.00", 5.0, "5.00");
        shows("[Blue]\"$\"#,##0_);[Color 10]\"$\"#,##0", -5.0, "-$5");
        shows("[Red][<0]0.00;0.00", -5.0, "-5.00");
        shows("0_);[Red](0)", -5.0, "(5)");
        shows("0;[Red]0\" below\"", -5.0, "5 below");
        shows("0.00;0.00", -5.0, "5.00");
        shows("\"yes\";;\"no\"", 1.0, "yes");
        shows("\"yes\";;\"no\"", -1.0, "");
        shows("\"yes\";;\"no\"", 0.0, "no");
        shows("[>999]0.0,\"k\";0", 1500.0, "1.5k");
        shows("[>999]0.0,\"k\";0", 15.0, "15");
        shows("[=1]\"one\";[=2]\"two\";0", 2.0, "two");
        shows("[<0]0\" below\";0", -4.0, "4 below");
        shows("0\\d", 7.0, "7d");
        shows("General\" pcs\"", 4.0, "4 pcs");
        assert_eq!(NumberFormat::parse("0;0;0;@\" (ref)\"").text("A7"), "A7 (ref)");
        assert_eq!(NumberFormat::parse(";;;").text("A7"), "A7");
    }

    #[test]
    fn a_place_for_texts_shows_numbers_as_they_are() {
        shows("@", 4711.0, "4711");
        shows("@", -12.5, "-12.5");
        shows("\"ID-\"@", 4711.0, "ID-4711");
        shows("@\" x\"", 0.0, "0 x");
        shows("0;@", -5.0, "-5");
        shows("#,##0;(#,##0);@", 0.0, "0");
        shows("0.0;-0.0;;@", 0.0, "");
        shows("[>9]0\" many\";@", 3.0, "3");
        assert_eq!(NumberFormat::parse("0;\"(\"@\")\"").text("A7"), "(A7)");
    }

    #[test]
    fn fractions_and_powers_are_written_out() {
        shows("# ?/?", 0.5, "1/2");
        shows("# ??/??", 5.3, "5 3/10");
        shows("# ?/8", 2.25, "2 2/8");
        shows("# ??/16", 1.3125, "1 5/16");
        shows("?/?", 1.5, "3/2");
        shows("# ?/?", 3.0, "3");
        shows("0.00E+00", 1.5e9, "1.50E+09");
        shows("0.0E+0", 0.000_12, "1.2E-4");
        shows("##0.0E+0", 12_345.0, "12.3E+3");
        shows("0.00E+00", 9.999, "1.00E+01");
    }

    #[test]
    fn dates_and_times_read_as_their_codes_say() {
        shows("dd/mm/yyyy", 46_143.0, "01/05/2026");
        shows("yyyy-mm-dd hh:mm", 46_143.604_166_666_66, "2026-05-01 14:30");
        shows("h:mm AM/PM", 0.75, "6:00 PM");
        shows("hh:mm", 0.385_416_666_666_666_7, "09:15");
        shows("mmmm yyyy", 46_143.0, "May 2026");
        shows("[$-407]d. mmmm yyyy", 46_143.0, "1. Mai 2026");
        shows("[$-40C]dddd d mmmm yyyy", 46_143.0, "vendredi 1 mai 2026");
        shows("[$-de-DE]dddd", 46_143.0, "Freitag");
        shows("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", 46_143.0, "Friday, May 01, 2026");
        shows("[$-411]ggge\"年\"m\"月\"d\"日\"", 46_143.0, "令和8年5月1日");
        shows("yyyy\"年\"m\"月\"d\"日\"", 46_143.0, "2026年5月1日");
        shows("dddd", 46_143.0, "Friday");
        shows("mmmmm", 46_143.0, "M");
        shows("B2dd/mm/yyyy", 46_143.0, "01/05/2026");
        shows("B1yyyy", 46_143.0, "2026");
        shows("d.m.yy", 60.0, "29.2.00");
        shows("yyyy-mm-dd", 1.0, "1900-01-01");
        assert_eq!(NumberFormat::parse("yyyy-mm-dd").number(0.0, true), "1904-01-01");
    }

    #[test]
    fn durations_run_past_a_day() {
        shows("[h]:mm", 1.253_472_222_222_222, "30:05");
        shows("[mm]:ss", 0.065_972_222_222_222_22, "95:00");
        shows("[s]", 1.0, "86400");
        shows("mm:ss.0", 0.065_973_33, "35:00.1");
        shows("[hh]:mm:ss", 100.0, "2400:00:00");
    }

    #[test]
    fn other_numerals_are_written() {
        shows("[DBNum1]0", 12.0, "十二");
        shows("[DBNum3]0", 12.0, "１２");
    }

    proptest::proptest! {
        #[test]
        fn any_code_and_any_number_give_a_short_text(
            code in "[0#?.,%E+/@ymdhsgeb;\"\\\\_*\\[\\]$<>=A-P0-9é年 -]{0,24}",
            value in proptest::num::f64::ANY,
        ) {
            let format = NumberFormat::parse(&code);
            proptest::prop_assert!(format.number(value, false).len() < 2_000);
            proptest::prop_assert!(format.text("x").contains('x'));
        }
    }
}
