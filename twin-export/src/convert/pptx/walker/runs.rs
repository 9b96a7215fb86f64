//! Runs and paragraphs of a slide's texts.

use super::super::super::link::says_nothing;
use super::super::super::styled::Look;
use super::super::lines::{Line, Marker};
use super::super::shape::Place;
use super::Walker;

impl Walker {
    /// A link's address stands beside a label that says nothing.
    pub(super) fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        if std::mem::take(&mut self.in_number) {
            self.number = Some(run.trim().to_owned());
        }
        let address = self.link.take().and_then(|id| self.links.get(&id).cloned());
        let is_web = |address: &String| address.starts_with("http://") || address.starts_with("https://");
        if let Some(address) = address.filter(is_web)
            && !run.trim().is_empty()
            && says_nothing(run.trim())
        {
            self.say(Look::default(), &format!(" ({address})"));
        }
    }

    pub(super) fn end_paragraph(&mut self) {
        let text = self.styled.take();
        self.styled.begin();
        self.equation.begin();
        let line = std::mem::take(&mut self.line);
        let usual = if self.place.place == Place::Body { Marker::Usual } else { Marker::None };
        let marker = self.bullets.of_paragraph(line.level).unwrap_or(usual);
        // A slide's number by itself is furniture, wherever it stands.
        let number = self.number.take().filter(|_| self.table.is_none());
        if !text.trim().is_empty() && number.is_none_or(|number| number != text.trim()) {
            self.lines.push(Line { text, marker, ..line });
        }
    }
}
