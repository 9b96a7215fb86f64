//! What a paragraph is: heading, item, plain text; and which heading names the document.

use super::super::super::text::tidy_line;
use super::super::placeholders::names_contents;
use super::super::signs;
use super::numbering::Label;
use super::styles::{Looks, Role, Style};
use super::walker::Walker;

/// What a paragraph's properties say, and what hangs on it.
#[derive(Debug, Default)]
pub(super) struct Paragraph {
    pub(super) style: Option<String>,
    /// How its style makes its runs look.
    pub(super) looks: Looks,
    pub(super) level: Option<usize>,
    pub(super) list: Option<String>,
    pub(super) outline: Option<bool>,
    /// What its picture shows, by the author's words.
    pub(super) picture: Option<String>,
    /// Text boxes, charts and diagrams, which stand beside its text.
    pub(super) boxes: Vec<String>,
    /// The mark of the note that it begins.
    pub(super) mark: Option<String>,
    /// Its end was deleted: it goes on in the next one.
    pub(super) goes_on: bool,
}

/// What names the document, the best first.
#[derive(Debug, Default)]
pub(super) struct Titles {
    title: Option<String>,
    heading: Option<String>,
}

impl Titles {
    pub(super) fn best(self) -> Option<String> {
        self.title.or(self.heading)
    }

    fn take(&mut self, role: Option<Role>, text: &str) {
        let text = tidy_line(text);
        if text.is_empty() {
            return;
        }
        match role {
            Some(Role::Title) => {
                self.title.get_or_insert(text);
            }
            Some(Role::Heading) if !names_contents(&text) => {
                self.heading.get_or_insert(text);
            }
            _ => {}
        }
    }
}

impl Walker<'_, '_> {
    pub(super) fn end_paragraph(&mut self) {
        self.end_box();
        self.flush();
        let mut text = self.prose.release();
        let paragraph = self.paragraphs.pop().unwrap_or_default();
        if let Some(mark) = &paragraph.mark {
            text = format!("{mark} {}", self.notes.behind(mark, &text));
        }
        if paragraph.goes_on {
            self.carried.push_str(&text);
            self.carried_boxes.extend(paragraph.boxes);
            return;
        }
        let style = paragraph.style.as_deref().map(|id| self.styles.get(id)).unwrap_or_default();
        self.write(&text, &paragraph, &style);
        for text in paragraph.boxes.iter().filter(|text| !text.trim().is_empty()) {
            self.prose.block();
            self.prose.verbatim(text);
            self.prose.block();
        }
    }

    fn write(&mut self, text: &str, paragraph: &Paragraph, style: &Style) {
        let list = paragraph.list.clone().or_else(|| style.list.clone()).filter(|id| id != "0");
        // A paragraph counts whether it says anything or not.
        let label = list.as_deref().and_then(|list| {
            let level = self.level(list, paragraph, style);
            Some((level, self.numbering.next(list, level)?))
        });
        if text.trim().is_empty() {
            return self.write_label(label.map(|(_, label)| label));
        }
        let is_caption = self.picture.take().is_some_and(|picture| picture == text.trim());
        if is_caption {
            return;
        }
        self.picture = paragraph.picture.clone().filter(|picture| picture == text.trim());
        let outline = paragraph.outline;
        let role = match style.role {
            _ if self.is_in_contents() => Some(Role::Contents),
            Some(Role::Heading) | None if outline == Some(true) => Some(Role::Heading),
            Some(Role::Heading) if outline == Some(false) => None,
            role => role,
        };
        self.titles.take(role, text);
        let is_heading = matches!(role, Some(Role::Title | Role::Heading));
        match label {
            Some((_, Label::Number(label))) if is_heading && !label.is_empty() => {
                self.prose.heading(&format!("{label} {text}"));
            }
            _ if is_heading => self.prose.heading(text),
            Some((level, Label::Bullet(sign))) => self.prose.marked_line(level, &signs::bullet(&sign), text),
            Some((level, Label::Number(label))) if !label.is_empty() => {
                self.prose.marked_line(level, &format!("{label} "), text);
            }
            _ => {
                self.prose.block();
                self.prose.text(text);
                self.prose.block();
            }
        }
    }

    /// The number or the box alone, as in a column of a table that says nothing else.
    fn write_label(&mut self, label: Option<Label>) {
        let shown = match label {
            Some(Label::Number(number)) => number,
            Some(Label::Bullet(sign)) => signs::bullet(&sign).trim_start_matches("- ").trim().to_owned(),
            None => return,
        };
        if self.cells > 0 && !shown.is_empty() {
            self.prose.block();
            self.prose.text(&shown);
            self.prose.block();
        }
    }

    fn level(&self, list: &str, paragraph: &Paragraph, style: &Style) -> usize {
        let own = paragraph.level;
        let of_style = || {
            let id = paragraph.style.as_deref().filter(|_| paragraph.list.is_none())?;
            self.numbering.level_of_style(list, id)
        };
        own.or_else(of_style).or(style.level).unwrap_or(0).min(8)
    }
}
