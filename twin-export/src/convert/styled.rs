//! Runs of text and how they look, as far as the look carries meaning: raised, struck out.

#[cfg(feature = "office")]
use quick_xml::events::BytesStart;

#[cfg(feature = "office")]
use super::package::attribute;
use super::signs;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) raised: bool,
    pub(crate) lowered: bool,
    pub(crate) struck: bool,
}

impl Look {
    /// The look of a run in a drawing, by its properties.
    #[cfg(feature = "office")]
    pub(crate) fn drawn(properties: &BytesStart<'_>) -> Self {
        let number = |text: String| text.trim_end_matches('%').parse::<f64>().ok();
        let raised = attribute(properties, "baseline").and_then(number);
        let struck = attribute(properties, "strike").is_some_and(|strike| strike != "noStrike");
        let is = |holds: fn(f64) -> bool| raised.is_some_and(holds);
        Self { raised: is(|by| by > 0.0), lowered: is(|by| by < 0.0), struck }
    }
}

/// Runs side by side. Programs split a power or a struck sentence into several of them at will.
#[derive(Debug, Default)]
pub(crate) struct Styled {
    runs: Vec<(Look, String)>,
    /// The last character before them.
    before: Option<char>,
}

impl Styled {
    pub(crate) fn push(&mut self, look: Look, text: &str) {
        match self.runs.last_mut() {
            Some((last, whole)) if *last == look => whole.push_str(text),
            _ if text.is_empty() => {}
            _ => self.runs.push((look, text.to_owned())),
        }
    }

    /// As [`Styled::push`], with boxes to tick as such.
    pub(crate) fn push_shown(&mut self, look: Look, text: &str) {
        self.push(look, &signs::with_boxes(text));
    }

    /// Whether a text is the stroke of a fraction whose upper digits were the last run.
    #[cfg(feature = "office")]
    pub(crate) fn awaits_stroke(&self, text: &str) -> bool {
        matches!(text.trim(), "/" | "⁄") && self.runs.last().is_some_and(|(look, _)| look.raised)
    }

    /// Text that went its own way, and stands before what follows.
    pub(crate) fn follow(&mut self, text: &str) {
        self.before = text.chars().next_back().or(self.before);
    }

    /// The last character so far.
    pub(crate) fn last(&self) -> Option<char> {
        self.runs.last().and_then(|(_, text)| text.chars().next_back()).or(self.before)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// What the runs say, in a line.
    pub(crate) fn take(&mut self) -> String {
        let mut out = String::new();
        let mut struck = String::new();
        let mut before = self.before.map(String::from).unwrap_or_default();
        let runs = std::mem::take(&mut self.runs);
        for (at, (look, text)) in runs.iter().enumerate() {
            let said = if look.raised && is_above_stroke(&runs[at..], &before) {
                // A fraction, maybe behind a whole number.
                let gap = if before.ends_with(|c: char| c.is_ascii_digit()) { " " } else { "" };
                format!("{gap}{}", text.trim())
            } else if look.raised {
                signs::superscript(&before, text)
            } else {
                text.clone()
            };
            before = said.chars().last().map(String::from).unwrap_or(before);
            if look.struck {
                struck.push_str(&said);
            } else {
                out.push_str(&signs::struck(&std::mem::take(&mut struck)));
                out.push_str(&said);
            }
        }
        out.push_str(&signs::struck(&struck));
        self.before = before.chars().last();
        out
    }

    /// A new paragraph begins: nothing stands before.
    pub(crate) fn begin(&mut self) {
        self.before = None;
    }
}

/// Whether raised digits are the upper ones of a fraction, before a stroke and lowered digits.
fn is_above_stroke(runs: &[(Look, String)], before: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let [(_, above), (_, stroke), (below, lower), ..] = runs else { return false };
    let is_slash = matches!(stroke.trim(), "/" | "⁄");
    is_slash
        && below.lowered
        && is_number(above.trim())
        && is_number(lower.trim())
        && !before.ends_with(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_one_look_are_one() {
        let raised = Look { raised: true, ..Look::default() };
        let struck = Look { struck: true, ..Look::default() };
        let mut styled = Styled::default();
        for (look, text) in [
            (Look::default(), "10"),
            (raised, "-"),
            (raised, "3"),
            (Look::default(), " for "),
            (struck, "40 "),
            (Look { raised: true, ..struck }, "2"),
            (Look::default(), " the 21"),
            (raised, "st"),
        ] {
            styled.push(look, text);
        }
        assert_eq!(styled.take(), "10⁻³ for ~~40 ²~~ the 21st");
        assert!(styled.is_empty());
    }

    #[test]
    fn raised_and_lowered_digits_around_a_stroke_are_a_fraction() {
        let raised = Look { raised: true, ..Look::default() };
        let lowered = Look { lowered: true, ..Look::default() };
        for (before, stroke, expected) in [
            ("2", "/", "2 1/2"),
            ("", "/", "1/2"),
            ("2", "⁄", "2 1⁄2"),
            ("5 m", "/", "5 m¹/2"),
            ("2", " of ", "2¹ of 2"),
        ] {
            let mut styled = Styled::default();
            for (look, text) in
                [(Look::default(), before), (raised, "1"), (Look::default(), stroke), (lowered, "2")]
            {
                styled.push(look, text);
            }
            assert_eq!(styled.take(), expected);
        }
    }
}
