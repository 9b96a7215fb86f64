//! Facts before a text: YAML between lines of three dashes, TOML between three pluses, JSON, pandoc's title block. They
//! are read, or left out: they are never text.

use crate::DocumentType;
use serde_json::Value;

use super::super::text::{beginning, tidy_line};
use super::html::fragment_to_text;
use super::template_tags::without_tags;

/// What stands before the text.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) title: Option<String>,
    pub(super) kind: Option<DocumentType>,
    /// The file was written by `twin kb export`: title and text are as they were, whatever they look like, and the
    /// type may be any.
    pub(super) is_backup: bool,
    /// Other names and tags, as `Key: Value`.
    properties: Vec<String>,
}

/// What `twin kb export` says of every document.
const BACKUP: [&str; 4] = ["id", "title", "type", "createdAt"];

/// Bytes of facts: what is longer is text.
const MOST: usize = 256 * 1024;

/// The facts and the rest; a text without facts is all rest.
pub(super) fn split(text: &str) -> (Facts, &str) {
    let start = without_remarks(text.trim_start_matches('\u{FEFF}'));
    fenced(start).or_else(|| json(start)).or_else(|| title_block(start)).unwrap_or((Facts::default(), text))
}

/// What follows blank lines and remarks.
fn without_remarks(text: &str) -> &str {
    let text = text.trim_start();
    match text.strip_prefix("<!--").and_then(|rest| rest.split_once("-->")) {
        Some((_, rest)) => without_remarks(rest),
        None => text,
    }
}

/// Other names and tags of a note, as paragraphs, and where its text begins.
pub(crate) fn properties(text: &str) -> (String, usize) {
    let (facts, rest) = split(text);
    let heading =
        rest.trim_start().strip_prefix("# ").and_then(|heading| heading.lines().next()).map(tidy_line);
    // What a heading is called otherwise is one name more.
    let title = facts.title.as_ref().filter(|title| heading.is_some_and(|heading| heading != **title));
    let title = title.map(|title| format!("title: {title}"));
    let lines = title.iter().chain(&facts.properties).map(|line| format!("{line}\n\n")).collect();
    (if facts.is_backup { String::new() } else { lines }, text.len() - rest.len())
}

fn fenced(text: &str) -> Option<(Facts, &str)> {
    let (opening, rest) = text.split_once('\n')?;
    let opening = opening.trim_end();
    let (fence, language) = opening.split_at_checked(3)?;
    if !matches!(fence, "---" | "+++" | ";;;")
        || !matches!(language.trim(), "" | "yaml" | "yml" | "toml" | "json")
    {
        return None;
    }
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        let mark = line.trim_end();
        if mark == fence || (fence == "---" && mark == "...") {
            let (block, after) = (&rest[..at], &rest[at + line.len()..]);
            let facts = match (fence, language.trim()) {
                ("+++", _) | (_, "toml") => toml(block),
                (";;;", _) | (_, "json") => object(serde_json::from_str(block).ok()?),
                // Some write braces between dashes, which are YAML, too.
                _ => yaml(block).or_else(|| object(serde_json::from_str(block).ok()?)),
            };
            return facts.map(|facts| (facts, after));
        }
        at += line.len();
        if at > MOST {
            break;
        }
    }
    None
}

/// `key: value` lines, whatever stands below them; prose between two rules is none.
fn yaml(block: &str) -> Option<Facts> {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    let mut strange = 0;
    for line in block.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let item = bare.strip_prefix("- ").or((bare == "-").then_some(""));
        let key = (!line.starts_with([' ', '\t']) && item.is_none()).then(|| key_and_value(bare)).flatten();
        match (key, pairs.last_mut(), item) {
            (Some((key, value)), _, _) => pairs.push((key, unquoted(value))),
            (None, Some((_, value)), Some(item)) => {
                let separator = if value.is_empty() { "" } else { ", " };
                value.push_str(&format!("{separator}{}", unquoted(item)));
            }
            (None, Some((_, value)), None) => {
                strange += usize::from(!line.starts_with([' ', '\t', ']', '}', '"', '\'']));
                let separator = if value.is_empty() { "" } else { " " };
                value.push_str(&format!("{separator}{bare}"));
            }
            (None, None, _) => return None,
        }
    }
    // A sentence with a colon between two rules, as nobody writes facts.
    let begins_blank = block.lines().next().is_some_and(|line| line.trim().is_empty());
    let is_prose = begins_blank && !pairs.is_empty() && pairs.iter().all(|(key, _)| key.contains(' '));
    (!is_prose && strange < pairs.len().max(1)).then(|| sorted(pairs))
}

fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let bare = key.trim().trim_matches(['"', '\'']);
    let is_key = !bare.is_empty() && bare.chars().all(|c| c.is_alphanumeric() || "_-. /@$+".contains(c));
    let is_apart = value.is_empty() || value.starts_with([' ', '\t']) || key.ends_with(['"', '\'']);
    // A sentence with a colon is none.
    (is_key && is_apart && bare.split_whitespace().count() <= 4).then_some((bare, value))
}

/// `key = value` lines before the first table.
fn toml(block: &str) -> Option<Facts> {
    let mut pairs = Vec::new();
    let mut is_top = true;
    let mut lines = block.lines();
    while let Some(line) = lines.next() {
        let multiline = line.split_once('=').filter(|_| is_top).and_then(|(key, value)| {
            let value = value.trim_start();
            let quote = ["\"\"\"", "\'\'\'"].into_iter().find(|quote| value.starts_with(quote))?;
            Some((key, quote, &value[3..]))
        });
        if let Some((key, quote, first)) = multiline {
            let mut value = String::new();
            let rest = std::iter::once(first).chain(lines.by_ref());
            for line in rest {
                let (line, is_last) = line.split_once(quote).map_or((line, false), |(line, _)| (line, true));
                // A backslash joins lines.
                value.push_str(line.strip_suffix('\\').unwrap_or(line));
                value.push(' ');
                if is_last {
                    break;
                }
            }
            pairs.push((key.trim().trim_matches(['"', '\'']), value.replace("\\\"", "\"")));
            continue;
        }
        is_top &= !line.trim_start().starts_with('[') || line.contains('=');
        if let Some((key, value)) = line.split_once('=').filter(|_| is_top) {
            pairs.push((key.trim().trim_matches(['"', '\'']), unquoted(value)));
        }
    }
    let is_prose =
        pairs.is_empty() && !block.trim().is_empty() && !block.trim_start().starts_with(['[', '#']);
    (!is_prose).then(|| sorted(pairs))
}

/// An object before the text.
fn json(text: &str) -> Option<(Facts, &str)> {
    if !text.starts_with('{') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(beginning(text, MOST)).into_iter::<Value>();
    let value = values.next()?.ok()?;
    let rest = &text[values.byte_offset()..];
    // What is all JSON is no text with facts before it.
    let is_before = rest.starts_with(['\n', '\r']) && !rest.trim().is_empty();
    object(value).filter(|_| is_before).map(|facts| (facts, rest))
}

fn object(value: Value) -> Option<Facts> {
    let Value::Object(fields) = value else { return None };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = fields.iter().map(|(key, value)| (key.as_str(), text(value))).collect();
    (!fields.is_empty()).then(|| sorted(pairs))
}

/// Pandoc's `% title`, `% authors`, `% date`.
fn title_block(text: &str) -> Option<(Facts, &str)> {
    let title = text.strip_prefix("% ")?.lines().next()?;
    let is_of_block = |line: &&str| line.starts_with('%') || line.starts_with("  ");
    let len = text.split_inclusive('\n').take(8).take_while(is_of_block).map(str::len).sum::<usize>();
    let facts = Facts { title: Some(named(title)).filter(|title| !title.is_empty()), ..Facts::default() };
    Some((facts, &text[len..]))
}

fn sorted(pairs: Vec<(&str, String)>) -> Facts {
    let is_backup =
        BACKUP.iter().all(|name| pairs.iter().any(|(key, value)| key == name && !value.is_empty()));
    let mut facts = Facts { is_backup, ..Facts::default() };
    for (key, value) in pairs {
        let value = if is_backup { value } else { tidy_line(&value) };
        match key.to_lowercase().as_str() {
            _ if value.is_empty() => {}
            "title" if is_backup => facts.title = Some(value),
            "title" => {
                facts.title = facts.title.or_else(|| Some(named(&value)).filter(|title| !title.is_empty()))
            }
            "type" if is_backup || DocumentType::KNOWN.contains(&DocumentType::from(value.as_str())) => {
                facts.kind = Some(DocumentType::from(value));
            }
            "aliases" | "alias" | "tags" | "tag" => facts.properties.push(format!("{key}: {value}")),
            _ => {}
        }
    }
    facts
}

/// A title as people read it, its entities resolved, without tags of templates.
fn named(title: &str) -> String {
    let title = without_tags(title);
    if !title.contains('&') {
        return tidy_line(&title);
    }
    tidy_line(&fragment_to_text(&title.replace('<', "&lt;")))
}

/// A value without its quotes and without a remark behind it, or the items of a `[list, in, brackets]`.
fn unquoted(value: &str) -> String {
    let value = value.trim();
    if let Ok(text) = serde_json::from_str::<String>(value) {
        return text;
    }
    for quote in ['"', '\''] {
        let Some(inner) = value.strip_prefix(quote) else { continue };
        let end = inner.strip_suffix(quote).or_else(|| {
            let (inner, remark) = inner.rsplit_once(quote)?;
            remark.trim_start().starts_with('#').then_some(inner)
        });
        if let Some(inner) = end {
            return if quote == '"' {
                inner.replace("\\\"", "\"").replace("\\\\", "\\")
            } else {
                inner.replace("''", "'")
            };
        }
    }
    match value.strip_prefix('[').and_then(|value| value.strip_suffix(']')) {
        Some(list) => list.split(',').map(unquoted).collect::<Vec<_>>().join(", "),
        None if matches!(
            value.trim_end_matches(|c: char| c.is_ascii_digit()),
            "|" | ">" | "|-" | ">-" | "|+" | ">+"
        ) =>
        {
            String::new()
        }
        None => value.split_once(" #").map_or(value, |(value, _)| value.trim_end()).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(text: &str) -> (Option<String>, &str) {
        let (facts, rest) = split(text);
        (facts.title, rest)
    }

    #[test]
    fn facts_are_told_from_the_text() {
        let (facts, text) = split(
            "---\ntitle: \"Say \\\"hi\\\"\"\ntype: policy\ntags: [a, 'b']\nlist:\n  - x\n  - y\n---\n# Hi\n",
        );
        assert_eq!(facts.title.as_deref(), Some("Say \"hi\""));
        assert_eq!(facts.kind, Some(DocumentType::Policy));
        assert_eq!(text, "# Hi\n");
    }

    #[test]
    fn front_matter_of_any_kind_is_none_of_the_text() {
        let expected = |title: &str, rest| (Some(title.to_owned()), rest);
        assert_eq!(
            title("+++\ntitle = \"Plan\" # now\n[extra]\ntitle = 'no'\n+++\nBody"),
            expected("Plan", "Body")
        );
        assert_eq!(
            title("+++\ntitle = \"\"\"Multi\nline\"\"\"\ntags = ['a']\n+++\nBody"),
            expected("Multi line", "Body")
        );
        assert_eq!(title("{\n \"id\": 360, \"title\": \"Plan\"\n}\n\nBody"), expected("Plan", "\n\nBody"));
        assert_eq!(title(";;;\n{\"title\": \"Plan\"}\n;;;\nBody"), expected("Plan", "Body"));
        assert_eq!(title("---json\n{\"title\": \"Plan\"}\n---\nBody"), expected("Plan", "Body"));
        assert_eq!(title("% Plan\n% Ana\n% 2026\n\nBody"), expected("Plan", "\nBody"));
        let odd = "---\nid: 360001\nlayout: page # as usual\n\"og:title\": x\nseo:\n  title: Not this\ntitle: >-\n  Leave &amp;\n  holidays\nlinks:\n- {a: b}\ndate: 2026-05-01 10:00:00 +0200\nurl: https://x.example/a\n---\nBody";
        assert_eq!(title(odd), expected("Leave & holidays", "Body"));
        assert_eq!(title("---\nid: 3\n...\nBody"), (None, "Body"));
        assert_eq!(title("\n\n---\ntitle: Plan\n---\nBody"), expected("Plan", "Body"));
        assert_eq!(title("<!-- a -->\n<!-- b -->\n---\ntitle: Plan\n---\nBody"), expected("Plan", "Body"));
        assert_eq!(title("---\ntitle: Plan {{ site.name }}\n---\nBody"), expected("Plan", "Body"));
    }

    #[test]
    fn a_sentence_between_two_rules_is_text() {
        for text in
            ["---\n\nText between rules: important words\n\n---\n\nafter", "---\nA sentence\n---\nafter"]
        {
            assert_eq!(split(text).1, text);
        }
        assert_eq!(title("---\n\ntitle: Plan\n---\nBody"), (Some("Plan".to_owned()), "Body"));
    }

    #[test]
    fn a_note_has_its_other_names_among_its_properties() {
        let note = |heading: &str| {
            properties(&format!("---\ntitle: Keys\ntags: [a]\nowner: Ana\n---\n{heading}\n")).0
        };
        assert_eq!(note("# Where keys hang"), "title: Keys\n\ntags: a\n\n");
        assert_eq!(note("# Keys"), "tags: a\n\n");
        assert_eq!(note("At the desk."), "tags: a\n\n");
    }

    #[test]
    fn a_rule_at_the_start_is_no_front_matter() {
        for text in [
            "---\nSome prose, no facts\n---\nmore",
            "--- \n",
            "---\nkey: value\nnever closed",
            "---\nWe say this to all: be kind.\n---\nx",
            "{\"all\": \"json\"}",
            "+++\nprose\n+++\nx",
        ] {
            assert_eq!(title(text), (None, text));
        }
    }

    #[test]
    fn a_backup_is_told_from_other_front_matter() {
        let (facts, text) = split(
            "---\nid: doc_1\ntype: faq\nsource: manual\ncreatedAt: 2026-03-01T10:00:00Z\n\
             title: \"Say \\\"hi\\\"\\tnow\"\n---\n\n# T\n\n*stars* stay",
        );
        assert!(facts.is_backup);
        assert_eq!((facts.title.as_deref(), facts.kind), (Some("Say \"hi\"\tnow"), Some("faq".into())));
        assert_eq!(text, "\n# T\n\n*stars* stay");
        let (facts, _) = split("---\nid: 7\ntitle: Mine\ntype: faq\n---\ntext");
        assert!(!facts.is_backup && facts.kind.is_none(), "{facts:?}");
    }
}
