//! Facts before a Markdown text, between lines of three dashes: `title: …`, `type: …` and others.

use crate::DocumentType;

use super::super::text::tidy_line;

/// What stands before the text.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) title: Option<String>,
    pub(super) kind: Option<DocumentType>,
    /// The other facts, as `key: value` lines.
    pub(super) lines: String,
    /// The file was written by `twin kb export`: title and text are as they were, whatever they look like, and the
    /// type may be any.
    pub(super) is_backup: bool,
}

/// What `twin kb export` says of every document.
const BACKUP: [&str; 4] = ["id", "title", "type", "createdAt"];

/// The facts and the rest; a text without facts is all rest.
pub(super) fn split(text: &str) -> (Facts, &str) {
    let none = || (Facts::default(), text);
    let start = text.trim_start_matches('\u{FEFF}');
    let Some(rest) = start.strip_prefix("---\n").or_else(|| start.strip_prefix("---\r\n")) else {
        return none();
    };
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if matches!(line.trim_end(), "---" | "...") {
            return match facts(&rest[..at]) {
                Some(facts) => (facts, &rest[at + line.len()..]),
                None => none(),
            };
        }
        at += line.len();
    }
    none()
}

/// Reads `key: value` lines and lists below a key; anything else is no front matter.
fn facts(block: &str) -> Option<Facts> {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for line in block.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        if let Some(item) = line.trim_start().strip_prefix("- ").filter(|_| !pairs.is_empty()) {
            let (_, value) = pairs.last_mut()?;
            let separator = if value.is_empty() { "" } else { ", " };
            value.push_str(&format!("{separator}{}", unquoted(item)));
        } else if line.starts_with([' ', '\t']) {
            let (_, value) = pairs.last_mut()?;
            value.push(' ');
            value.push_str(line.trim());
        } else {
            let (key, value) = line.split_once(':')?;
            let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_- ".contains(c));
            pairs.push((is_key.then_some(key)?, unquoted(value)));
        }
    }
    Some(sorted(pairs))
}

fn sorted(pairs: Vec<(&str, String)>) -> Facts {
    let is_backup =
        BACKUP.iter().all(|name| pairs.iter().any(|(key, value)| key == name && !value.is_empty()));
    let mut facts = Facts { is_backup, ..Facts::default() };
    let mut lines = Vec::new();
    for (key, value) in pairs {
        let value = if is_backup { value } else { tidy_line(&value) };
        match key.to_lowercase().as_str() {
            _ if value.is_empty() => {}
            "title" => facts.title = Some(value),
            "type" if is_backup || DocumentType::KNOWN.contains(&DocumentType::from(value.as_str())) => {
                facts.kind = Some(DocumentType::from(value));
            }
            _ if is_backup => {}
            _ => lines.push(format!("{key}: {value}")),
        }
    }
    facts.lines = lines.join("\n");
    facts
}

/// A value without its quotes, or the items of a `[list, in, brackets]`.
fn unquoted(value: &str) -> String {
    let value = value.trim();
    if let Ok(text) = serde_json::from_str::<String>(value) {
        return text;
    }
    for quote in ['"', '\''] {
        let inner = value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
        if let Some(inner) = inner {
            return if quote == '"' {
                inner.replace("\\\"", "\"").replace("\\\\", "\\")
            } else {
                inner.replace("''", "'")
            };
        }
    }
    match value.strip_prefix('[').and_then(|value| value.strip_suffix(']')) {
        Some(list) => list.split(',').map(unquoted).collect::<Vec<_>>().join(", "),
        None if matches!(value, "|" | ">" | "|-" | ">-") => String::new(),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_told_from_the_text() {
        let (facts, text) = split(
            "---\ntitle: \"Say \\\"hi\\\"\"\ntype: policy\ntags: [a, 'b']\nlist:\n  - x\n  - y\n---\n# Hi\n",
        );
        assert_eq!(facts.title.as_deref(), Some("Say \"hi\""));
        assert_eq!(facts.kind, Some(DocumentType::Policy));
        assert_eq!(facts.lines, "tags: a, b\nlist: x, y");
        assert_eq!(text, "# Hi\n");
    }

    #[test]
    fn a_rule_at_the_start_is_no_front_matter() {
        for text in ["---\nSome prose, no facts\n---\nmore", "--- \n", "---\nkey: value\nnever closed"] {
            let (facts, rest) = split(text);
            assert!(facts.title.is_none() && facts.lines.is_empty());
            assert_eq!(rest, text);
        }
    }

    #[test]
    fn a_backup_is_told_from_other_front_matter() {
        let (facts, text) = split(
            "---\nid: doc_1\ntype: faq\nsource: manual\ncreatedAt: 2026-03-01T10:00:00Z\n\
             title: \"Say \\\"hi\\\"\\tnow\"\n---\n\n# T\n\n*stars* stay",
        );
        assert!(facts.is_backup && facts.lines.is_empty());
        assert_eq!((facts.title.as_deref(), facts.kind), (Some("Say \"hi\"\tnow"), Some("faq".into())));
        assert_eq!(text, "\n# T\n\n*stars* stay");
        let (facts, _) = split("---\nid: 7\ntitle: Mine\ntype: faq\n---\ntext");
        assert!(!facts.is_backup && facts.kind.is_none(), "{facts:?}");
    }
}
