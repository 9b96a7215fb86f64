//! The text someone writes as the answer to an escalation: a file that stays until the text is safe elsewhere.

use std::path::{Path, PathBuf};

use twin_sdk::{DocumentType, Escalation, NewDocument};

use crate::error::CliError;
use crate::files;

/// What stands above it is for who writes.
const SCISSORS: &str = "------------------------ >8 ------------------------";
const INSTRUCTIONS: &str = "\
Write the answer below the line; its heading is the document's title. Save and close the file to add it, or leave
nothing but the heading to add nothing. What stands above the line is left out.";

/// A file for the answer to one escalation.
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
    question: String,
}

impl Draft {
    /// The file for this escalation: with the question as its heading, or with what was written there before.
    pub(super) fn open(escalation: &Escalation) -> Result<Self, CliError> {
        Self::open_in(&files::data_dir()?.join("answers"), escalation)
    }

    fn open_in(dir: &Path, escalation: &Escalation) -> Result<Self, CliError> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let name: String =
            escalation.id.chars().map(|c| if is_plain(c) { c } else { '_' }).take(100).collect();
        let question = escalation.question.split_whitespace().collect::<Vec<_>>().join(" ");
        let draft = Self { path: dir.join(format!("{name}.md")), question };
        if files::read_if_there(&draft.path)?.is_none() {
            let text = format!("{INSTRUCTIONS}\n{SCISSORS}\n# {}\n\n", draft.question);
            files::replace_private(&draft.path, &text).map_err(|error| {
                CliError::io(format_args!("cannot write {}", draft.path.display()), &error)
            })?;
        }
        Ok(draft)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What was written, as a document titled by its heading; nothing where only the heading is there.
    pub(super) fn document(&self) -> Result<Option<NewDocument>, CliError> {
        let text = files::read_if_there(&self.path)?.unwrap_or_default();
        let text = text.split_once(SCISSORS).map_or(text.as_str(), |(_, below)| below).trim();
        let heading = text.strip_prefix("# ");
        let (title, body) = match heading {
            Some(rest) => rest.split_once('\n').unwrap_or((rest, "")),
            None => (self.question.as_str(), text),
        };
        let (title, body) = (title.trim(), body.trim());
        let title = if title.is_empty() { &self.question } else { title };
        Ok((!body.is_empty()).then(|| NewDocument::new(title, body).of_type(DocumentType::Note)))
    }

    /// Removes the file: its text is safe, or there is none. One that stays does no harm.
    pub(super) fn discard(self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(dir: &Path) -> Draft {
        let escalation = serde_json::json!({
            "id": "esc_1/../x", "question": "Can you\napprove it?", "confidence": 0.2, "status": "open",
            "createdAt": "2026-03-14T10:32:00Z"
        });
        Draft::open_in(dir, &serde_json::from_value(escalation).unwrap()).unwrap()
    }

    #[test]
    fn it_starts_with_the_question_as_its_heading_and_that_alone_is_no_answer() {
        let dir = tempfile::tempdir().unwrap();
        let draft = draft(dir.path());
        let text = std::fs::read_to_string(draft.path()).unwrap();
        assert!(text.ends_with(&format!("{SCISSORS}\n# Can you approve it?\n\n")), "{text}");
        assert_eq!(draft.path().parent(), Some(dir.path()));
        assert_eq!(draft.document().unwrap(), None);
        std::fs::write(draft.path(), "").unwrap();
        assert_eq!(draft.document().unwrap(), None);
    }

    #[test]
    fn what_was_written_is_a_note_under_the_heading() {
        let dir = tempfile::tempdir().unwrap();
        let draft = draft(dir.path());
        for (text, title) in [
            ("# Approvals\n\nNot me.\n", "Approvals"),
            ("Not me.", "Can you approve it?"),
            ("# \n\nNot me.", "Can you approve it?"),
        ] {
            std::fs::write(draft.path(), text).unwrap();
            let expected = NewDocument::new(title, "Not me.").of_type(DocumentType::Note);
            assert_eq!(draft.document().unwrap(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_stands_above_the_line_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let draft = draft(dir.path());
        let mut text = std::fs::read_to_string(draft.path()).unwrap();
        text += "Not me.\n";
        std::fs::write(draft.path(), text).unwrap();
        let expected = NewDocument::new("Can you approve it?", "Not me.").of_type(DocumentType::Note);
        assert_eq!(draft.document().unwrap(), Some(expected));
    }

    #[test]
    fn what_was_written_before_is_there_again() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(draft(dir.path()).path(), "half a thought").unwrap();
        assert_eq!(draft(dir.path()).document().unwrap().unwrap().content, "half a thought");
        draft(dir.path()).discard();
        assert_eq!(draft(dir.path()).document().unwrap(), None);
    }
}
