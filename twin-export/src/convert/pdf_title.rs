//! What a PDF is called.

use super::super::text::tidy_line;

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
    let bare = small.trim_matches(|c: char| !c.is_alphabetic());
    let letters = title.chars().filter(|character| character.is_alphabetic()).count();
    let is_title = letters > 2 && title.chars().count() <= LONGEST && !is_name && !EMPTY.contains(&bare);
    is_title.then_some(title)
}

/// A heading as a title, where it is one.
pub(super) fn heading(heading: &str) -> Option<String> {
    let title = tidy_line(heading);
    let bare = title.to_lowercase();
    let bare = bare.trim_matches(|c: char| !c.is_alphabetic());
    (!CONTENTS.contains(&bare) && title.chars().count() <= LONGEST).then_some(title)
}

/// A longer one is a text.
const LONGEST: usize = 200;

const ENDINGS: [&str; 20] = [
    ".doc", ".docx", ".dot", ".dotx", ".odt", ".rtf", ".pdf", ".txt", ".xls", ".xlsx", ".ppt", ".pptx",
    ".tex", ".dvi", ".indd", ".qxd", ".htm", ".html", ".ai", ".pages",
];

/// What programs call a document that nobody named.
const EMPTY: [&str; 22] = [
    "untitled",
    "untitled document",
    "unnamed",
    "unknown",
    "anonymous",
    "document",
    "dokument",
    "no title",
    "title",
    "titel",
    "unbenannt",
    "ohne titel",
    "sans titre",
    "sin título",
    "presentation",
    "powerpoint presentation",
    "powerpoint-präsentation",
    "présentation powerpoint",
    "slide",
    "book",
    "template",
    "blank",
];

const CONTENTS: [&str; 14] = [
    "contents",
    "table of contents",
    "toc",
    "inhalt",
    "inhaltsverzeichnis",
    "sommaire",
    "table des matières",
    "índice",
    "indice",
    "contenido",
    "sommario",
    "sumário",
    "inhoud",
    "innehåll",
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
