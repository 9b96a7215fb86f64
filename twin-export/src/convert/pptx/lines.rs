//! Paragraphs of a shape, with the bullets and numbers that a slide shows.

use super::super::numerals;
use super::super::prose::Prose;
use super::super::signs;

#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) level: usize,
    pub(super) marker: Marker,
    pub(super) text: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Marker {
    #[default]
    None,
    /// As the layout says, and a bullet where it does not.
    Usual,
    /// With the sign that it shows.
    Bullet(String),
    /// By the name of its kind, and where it starts.
    Number(String, u64),
}

/// Writes paragraphs; a single point is no list, and notes are spoken.
pub(super) fn write(lines: &[Line], is_notes: bool, prose: &mut Prose) {
    let mut counts: Vec<Option<(String, u64)>> = vec![None; 10];
    for line in lines {
        let level = line.level.min(8);
        counts[level + 1..].fill(None);
        match &line.marker {
            Marker::Number(kind, start) => {
                let number = match &counts[level] {
                    Some((last, number)) if last == kind => number.saturating_add(1),
                    _ => *start,
                };
                counts[level] = Some((kind.clone(), number));
                prose.marked_line(level, &format!("{} ", label(kind, number)), &line.text);
            }
            Marker::Bullet(sign) if !is_notes && (lines.len() > 1 || signs::bullet(sign) != "- ") => {
                counts[level] = None;
                prose.marked_line(level, &signs::bullet(sign), &line.text);
            }
            Marker::Usual if lines.len() > 1 && !is_notes => {
                counts[level] = None;
                prose.marked_line(level, "- ", &line.text);
            }
            _ => {
                counts[level] = None;
                prose.line();
                prose.text(&line.text);
            }
        }
    }
}

/// A number as its kind shows it, such as `romanLcParenR` or `arabicPeriod`.
fn label(kind: &str, number: u64) -> String {
    let formats = [
        ("alphaLc", "lowerLetter"),
        ("alphaUc", "upperLetter"),
        ("romanLc", "lowerRoman"),
        ("romanUc", "upperRoman"),
        ("arabicDb", "decimalFullWidth"),
        ("circleNum", "decimalEnclosedCircle"),
        ("ea1Chs", "chineseCounting"),
        ("ea1Cht", "chineseCounting"),
        ("ea1Jpn", "japaneseCounting"),
        ("thaiAlpha", "thaiLetters"),
        ("thaiNum", "thaiNumbers"),
        ("hindiNum", "hindiNumbers"),
        ("hindiAlpha1", "hindiConsonants"),
        ("hindiAlpha", "hindiVowels"),
        ("hebrew2", "hebrew2"),
        ("arabic1", "arabicAlpha"),
        ("arabic2", "arabicAbjad"),
    ];
    let format =
        formats.iter().find(|(prefix, _)| kind.starts_with(prefix)).map_or("decimal", |(_, format)| format);
    let number = numerals::written(format, number).unwrap_or_default();
    match kind {
        kind if kind.ends_with("ParenBoth") => format!("({number})"),
        kind if kind.ends_with("ParenR") => format!("{number})"),
        kind if kind.ends_with("Period") => format!("{number}."),
        kind if kind.ends_with("Minus") => format!("{number} -"),
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_that_the_slide_shows() {
        let line = |level: usize, kind: &str, start: u64, text: &str| Line {
            level,
            marker: if kind.is_empty() {
                Marker::Bullet("•".to_owned())
            } else {
                Marker::Number(kind.to_owned(), start)
            },
            text: text.to_owned(),
        };
        let lines = [
            line(0, "arabicPeriod", 3, "c"),
            line(1, "alphaLcParenBoth", 1, "inner"),
            line(1, "alphaLcParenBoth", 1, "other"),
            line(0, "arabicPeriod", 3, "d"),
            line(0, "", 1, "point"),
            line(0, "romanUcPeriod", 1, "first"),
        ];
        let mut prose = Prose::default();
        write(&lines, false, &mut prose);
        assert_eq!(prose.finish().1, "3. c\n  (a) inner\n  (b) other\n4. d\n- point\nI. first");
    }
}
