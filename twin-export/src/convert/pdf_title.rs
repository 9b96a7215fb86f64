//! What a PDF is called.

use super::super::text::tidy_line;
use super::placeholders::{is_unnamed, names_contents};

/// The title that the file bears, where somebody gave it: programs write names of files and of themselves there.
pub(super) fn core(title: Option<String>) -> Option<String> {
    let title = tidy_line(&title?);
    let small = title.to_lowercase();
    let is_name = ENDINGS.iter().any(|ending| small.ends_with(ending))
        || small.contains(" - microsoft ")
        || small.starts_with("microsoft ")
        || small.contains('\\')
        || small.contains("://")
        || !title.contains(' ') && title.contains(['_', '/']);
    let letters = title.chars().filter(|character| character.is_alphabetic()).count();
    let is_title = letters > 2 && title.chars().count() <= LONGEST && !is_name && !is_unnamed(&title);
    is_title.then_some(title)
}

/// A heading as a title, where it is one.
pub(super) fn heading(heading: &str) -> Option<String> {
    let title = tidy_line(heading);
    (!names_contents(&title) && title.chars().count() <= LONGEST).then_some(title)
}

/// A longer one is a text.
const LONGEST: usize = 200;

const ENDINGS: [&str; 20] = [
    ".doc", ".docx", ".dot", ".dotx", ".odt", ".rtf", ".pdf", ".txt", ".xls", ".xlsx", ".ppt", ".pptx",
    ".tex", ".dvi", ".indd", ".qxd", ".htm", ".html", ".ai", ".pages",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_what_somebody_called_the_file_and_no_name_of_a_program() {
        let of = |title: &str| core(Some(title.to_owned()));
        assert_eq!(of(" Harbour  rules ").as_deref(), Some("Harbour rules"));
        for nothing in [
            "",
            "untitled",
            "(anonymous)",
            "Microsoft Word - rules.doc",
            "rules_v2.indd",
            "Document1",
            "C:\\a b",
            "12",
        ] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
        assert_eq!(heading("Contents"), None);
        assert_eq!(heading("Contents of the kit").as_deref(), Some("Contents of the kit"));
    }
}
