//! Runs of text and how they look, as far as the look carries meaning: raised, struck out.

#[cfg(feature = "office")]
use quick_xml::events::BytesStart;

#[cfg(feature = "office")]
use super::package::attribute;
use super::signs;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) raised: bool,
    pub(crate) struck: bool,
}

impl Look {
    /// The look of a run in a drawing, by its properties.
    #[cfg(feature = "office")]
    pub(crate) fn drawn(properties: &BytesStart<'_>) -> Self {
        let number = |text: String| text.trim_end_matches('%').parse::<f64>().ok();
        let raised = attribute(properties, "baseline").and_then(number);
        let struck = attribute(properties, "strike").is_some_and(|strike| strike != "noStrike");
        Self { raised: raised.is_some_and(|raised| raised > 0.0), struck }
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
        for (look, text) in self.runs.drain(..) {
            let said = if look.raised { signs::superscript(&before, &text) } else { text };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_one_look_are_one() {
        let (raised, struck) = (Look { raised: true, struck: false }, Look { raised: false, struck: true });
        let mut styled = Styled::default();
        for (look, text) in [
            (Look::default(), "10"),
            (raised, "-"),
            (raised, "3"),
            (Look::default(), " for "),
            (struck, "40 "),
            (Look { raised: true, struck: true }, "2"),
            (Look::default(), " the 21"),
            (raised, "st"),
        ] {
            styled.push(look, text);
        }
        assert_eq!(styled.take(), "10⁻³ for ~~40 ²~~ the 21st");
        assert!(styled.is_empty());
    }
}
