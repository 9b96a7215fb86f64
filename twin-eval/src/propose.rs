//! [`propose`]: an eval file to begin with, from the titles and headings of documents.

use std::collections::HashSet;
use std::fmt::Write;

use crate::case::{Case, slug};

/// Headings of one document that become questions.
const HEADINGS: usize = 3;

/// Generates cases from a document's title and headings: a question for the page, and one for each of its
/// first headings. Headings that are questions are used unchanged.
pub fn propose(title: &str, text: &str) -> Vec<Case> {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Vec::new();
    }
    let headings = headings(text).into_iter().filter(|heading| !heading.eq_ignore_ascii_case(&title));
    let mut asked = vec![question(&title, None)];
    asked.extend(headings.take(HEADINGS).map(|heading| question(&title, Some(&heading))));
    let case = |ask: String| Case::new(ask).source(&title).escalates(false);
    asked.into_iter().map(case).collect()
}

/// The headings of a text: Markdown's, and short lines of their own above a paragraph, which is what they become as
/// plain text.
fn headings(text: &str) -> Vec<String> {
    let marked: Vec<String> = text.lines().filter_map(marked_heading).collect();
    if !marked.is_empty() {
        return marked;
    }
    let text = text.replace("\r\n", "\n");
    let paragraphs: Vec<&str> = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).collect();
    let above = paragraphs.len().saturating_sub(1); // the last one is above nothing
    paragraphs[..above].iter().filter_map(|paragraph| plain_heading(paragraph)).collect()
}

/// The text of a Markdown heading.
fn marked_heading(line: &str) -> Option<String> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    let text = rest.strip_prefix(' ')?.trim().trim_end_matches('#').trim();
    let text = text.replace(['*', '`'], "");
    ((1..=6).contains(&level) && text.chars().any(char::is_alphabetic)).then_some(text)
}

/// A paragraph of a few words without a full stop.
fn plain_heading(paragraph: &str) -> Option<String> {
    let words = paragraph.split_whitespace().count();
    let is_heading = !paragraph.contains(['\n', '|', '\t', ':'])
        && (1..=8).contains(&words)
        && paragraph.chars().count() <= 60
        && paragraph.starts_with(char::is_uppercase)
        && paragraph.ends_with(|c: char| c.is_alphanumeric() || c == '?' || c == ')');
    is_heading.then(|| paragraph.to_owned())
}

fn question(title: &str, heading: Option<&str>) -> String {
    match heading {
        Some(heading) if heading.ends_with('?') => heading.to_owned(),
        Some(heading) => format!("What does \"{title}\" say about {heading}?"),
        None if title.ends_with('?') => title.to_owned(),
        None => format!("What does \"{title}\" say?"),
    }
}

/// Makes the IDs of the cases unique.
pub fn number_ids(cases: &mut [Case]) {
    let mut taken = HashSet::new();
    for case in cases {
        let base = slug(&case.id);
        let mut id = base.clone();
        let mut number = 2;
        while !taken.insert(id.clone()) {
            id = format!("{base}-{number}");
            number += 1;
        }
        case.id = id;
    }
}

/// Writes cases as a YAML eval file. Cases that do not hold today are written as comments.
pub fn to_yaml<'c>(cases: impl IntoIterator<Item = (&'c Case, bool)>) -> String {
    let (mut kept, mut left) = (String::new(), String::new());
    for (case, holds) in cases {
        let mut text = format!("  - id: {}\n    ask: {}\n    expect:\n", scalar(&case.id), scalar(&case.ask));
        match case.expect.source.as_slice() {
            [] => {}
            [source] => {
                let _ = writeln!(text, "      source: {}", scalar(source));
            }
            sources => {
                let sources: Vec<String> = sources.iter().map(|source| quoted(source)).collect();
                let _ = writeln!(text, "      source: [{}]", sources.join(", "));
            }
        }
        if let Some(escalates) = case.expect.escalates {
            let _ = writeln!(text, "      escalates: {escalates}");
        }
        if holds {
            kept += &text;
        } else {
            left.extend(
                text.lines().map(|line| format!("  # {}\n", line.strip_prefix("  ").unwrap_or(line))),
            );
        }
    }
    let cases = if kept.is_empty() { "cases: []\n".to_owned() } else { format!("cases:\n{kept}") };
    let left = match left.is_empty() {
        true => left,
        false => format!("  # These do not hold today: rephrase the question, or improve the page.\n{left}"),
    };
    format!(
        "# Questions and expected answers; replace them with what people really ask.\nversion: 1\n{cases}{left}"
    )
}

/// A text as YAML, in quotes if anything else could be read from it.
fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_alphabetic())
        && text.chars().all(|c| c.is_alphanumeric() || " -_.,()/?'$%".contains(c))
        && !text.ends_with(' ')
        && !matches!(
            text.to_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// In double quotes, where YAML reads what JSON writes, and takes less as it is.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in serde_json::Value::from(text).to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                quoted += &format!("\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted
}
