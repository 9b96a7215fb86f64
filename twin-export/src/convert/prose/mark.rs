//! Taking back what was just written, and items that bring their own marker.

use super::{Gap, List, Prose};

/// A place in the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    level: usize,
    len: usize,
    gap: Gap,
}

impl Prose {
    /// Where the text stands.
    pub(crate) fn mark(&self) -> Mark {
        Mark { level: self.captures.len(), len: self.out.len(), gap: self.gap }
    }

    /// Takes back what was written since the mark; `None` once what it stood in is closed.
    pub(crate) fn take_since(&mut self, mark: Mark) -> Option<String> {
        if self.captures.len() != mark.level || !self.out.is_char_boundary(mark.len) {
            return None;
        }
        let taken = self.out.split_off(mark.len);
        if !taken.is_empty() {
            self.gap = mark.gap;
        }
        Some(taken.trim_start_matches('\n').to_owned())
    }

    /// What stands before a line in lists, and how far it is indented. An item that begins with another list has its
    /// number before that of the other; a dash before a dash says nothing.
    pub(super) fn take_markers(&mut self) -> (usize, String) {
        let mut indent = self.lists.len();
        let mut markers = String::new();
        for (depth, list) in self.lists.iter_mut().enumerate().rev() {
            let Some(marker) = list.marker.take() else { break };
            let is_innermost = depth + 1 == indent && markers.is_empty();
            if is_innermost || !(marker.is_empty() || (marker == "- " && markers.starts_with("- "))) {
                markers.insert_str(0, &marker);
                indent = depth;
            }
        }
        (indent, markers)
    }

    /// Writes the marker of the item that has just begun anew, from its number.
    pub(crate) fn mark_item(&mut self, write: impl FnOnce(Option<i64>) -> String) {
        if let Some(list) = self.lists.last_mut() {
            let number = list.next_number.map(|next| next.saturating_sub(list.step));
            list.marker = Some(write(number));
        }
    }

    /// One item of a list that comes as lines with a level and a marker, as `(a) `.
    pub(crate) fn marked_line(&mut self, level: usize, marker: &str, text: &str) {
        if self.after_item {
            self.gap = Gap::Line;
        } else {
            self.block();
        }
        let outer = self.lists.len();
        self.lists.resize_with(outer + level + 1, List::default);
        self.line();
        if let Some(list) = self.lists.last_mut() {
            list.marker = Some(marker.to_owned());
        }
        self.text(text);
        self.lists.truncate(outer);
        self.block();
    }
}
