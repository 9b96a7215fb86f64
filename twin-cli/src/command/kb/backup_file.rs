//! One document as a Markdown file with front matter: its name, and its text.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};
use twin_sdk::Document;

/// The longest part of a title in a file's name, in bytes: that is what file systems count.
const TITLE: usize = 100;
/// The longest id that stands in a file's name as it is.
const ID: usize = 80;

/// Bytes that the front matter's first line, the id, lies within.
const HEAD: u64 = 4096;

/// A name that any file system takes, that no other document has, and that stays the same:
/// `expense-reimbursement-policy.doc_abc123.md`.
pub(super) fn name(document: &Document) -> String {
    let title = slug(&document.title);
    let dot = if title.is_empty() { "" } else { "." };
    format!("{title}{dot}{}.md", safe_id(&document.id))
}

/// Letters and digits in lower case, with hyphens between words.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if slug.len() + c.len_utf8() > TITLE {
            break;
        }
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Whether a file is the backup of this document, as its front matter says. One that was emptied is none.
pub(super) fn is_of(path: &Path, document: &Document) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_ok() && String::from_utf8_lossy(&head).contains(&format!("\nid: {}\n", value(&document.id)))
}

/// An id of another form than the API's gets a digest, so that two of them never share a name, not even
/// where upper and lower case are one.
fn safe_id(id: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    if !id.is_empty() && id.len() <= ID && id.chars().all(is_plain) {
        return id.to_owned();
    }
    let digest = hex::encode(&Sha256::digest(id)[..6]);
    let shown: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(ID).collect();
    format!("{shown}-{digest}")
}

/// The file: what is known of the document, then its text as it is.
pub(super) fn text(document: &Document) -> String {
    let facts = [
        ("id", value(&document.id)),
        ("title", quoted(&document.title)),
        ("type", value(document.document_type.as_str())),
        ("source", value(&document.source)),
        ("createdAt", document.created_at.map(|time| time.to_string()).unwrap_or_default()),
    ];
    let mut text = "---\n".to_owned();
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        text += &format!("{name}: {value}\n");
    }
    text += "---\n\n";
    text += document.content.as_deref().unwrap_or_default();
    text + "\n"
}

/// Plain where YAML cannot take it for something else.
fn value(text: &str) -> String {
    let starts_plain = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_plain = starts_plain && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let is_word = matches!(
        text.to_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
    );
    if is_plain && !is_word { text.to_owned() } else { quoted(text) }
}

/// A JSON string is a YAML string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn document(id: &str, title: &str) -> Document {
        let value = serde_json::json!({
            "id": id, "title": title, "type": "policy", "content": "# Not the title\n\ntext", "source": "manual",
            "createdAt": "2026-03-01T10:00:00Z",
        });
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_name_tells_the_title_and_the_id() {
        assert_eq!(
            name(&document("doc_abc123", "Expense: reimbursement (policy)!")),
            "expense-reimbursement-policy.doc_abc123.md"
        );
        assert_eq!(name(&document("doc_1", "経費規程 2026")), "経費規程-2026.doc_1.md");
        assert_eq!(name(&document("doc_1", "../../etc/passwd\u{0}")), "etc-passwd.doc_1.md");
        assert_eq!(name(&document("doc_1", "…")), "doc_1.md");
        assert!(name(&document("../x", "T")).starts_with("t.x-"));
    }

    #[test]
    fn the_front_matter_holds_what_the_content_cannot() {
        assert_eq!(
            text(&document("doc_1", "Say \"hi\"\nnow: yes")),
            "---\nid: doc_1\ntitle: \"Say \\\"hi\\\"\\nnow: yes\"\ntype: policy\nsource: manual\n\
             createdAt: 2026-03-01T10:00:00Z\n---\n\n# Not the title\n\ntext\n"
        );
        assert_eq!(
            (value("no"), value("a: b"), value("")),
            ("\"no\"".into(), "\"a: b\"".into(), "\"\"".into())
        );
    }

    /// A document without an ID is none: blank ones do not come here.
    fn id() -> impl Strategy<Value = String> {
        "\\PC{1,12}|[dD]oc_[a-cA-C]".prop_filter("blank", |id| !id.trim().is_empty())
    }

    proptest! {
        #[test]
        fn a_name_is_safe_and_no_two_ids_share_one(ids in prop::collection::hash_set(id(), 1..20), title in "\\PC{0,200}") {
            let names: HashSet<String> = ids.iter().map(|id| name(&document(id, &title)).to_lowercase()).collect();
            prop_assert_eq!(names.len(), ids.len());
            for name in names {
                prop_assert!(name.len() <= 255, "{name}");
                prop_assert!(!name.starts_with('.') && !name.contains(['/', '\\', ':', '\0', '*', '?', '"']), "{name}");
            }
        }
    }
}
