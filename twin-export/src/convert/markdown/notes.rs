//! Footnotes, numbered as programs show them: in the order in which the text refers to them.

use std::collections::HashMap;

/// The marks of notes by their labels, and the note whose text begins.
#[derive(Debug, Default)]
pub(super) struct Notes {
    numbers: HashMap<String, usize>,
    begun: Option<String>,
}

impl Notes {
    pub(super) fn mark(&mut self, label: &str) -> String {
        let next = self.numbers.len() + 1;
        format!("[{}]", self.numbers.entry(label.to_lowercase()).or_insert(next))
    }

    /// A note's text begins.
    pub(super) fn begin(&mut self, label: &str) {
        self.begun = Some(self.mark(label));
    }

    /// The mark before the first words of a note.
    pub(super) fn begun(&mut self) -> Option<String> {
        self.begun.take()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, to_text};

    #[test]
    fn notes_are_numbered_and_stand_behind_their_marks() {
        let markdown =
            "Fee[^long] and tax[^1].\n\n[^1]: Note one.\n[^long]: Note long\n    goes on.\n\n    More.\n";
        let text = to_text(markdown, Dialect::Common).1;
        assert_eq!(text, "Fee[1] and tax[2].\n\n[2] Note one.\n\n[1] Note long goes on.\n\nMore.");
    }
}
