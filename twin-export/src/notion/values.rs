//! Values of properties: relations keep the names of the pages, files their own names.

use super::super::convert::is_media;
use super::super::text::percent_decoded;
use super::super::tree::{ending, file_name};
use super::names;

/// A value as people read it, without the paths that stand behind names.
pub(super) fn cleaned(value: &str) -> String {
    let value = without_relations(value);
    if !value.contains(['%', '/']) {
        return value;
    }
    let parts: Vec<String> = value.split(", ").map(cleaned_file).collect();
    parts.join(", ")
}

/// `Name (../X%20<id>.md), Other (…)`: keeps the names.
fn without_relations(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(end) = end_of_address(rest) {
        match start_of_address(&rest[..end]) {
            Some(start) => out.push_str(rest[..start].trim_end_matches(' ')),
            None => out.push_str(&rest[..end]),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Behind the next `<id>.md)` or `<id>?pvs=21)`.
fn end_of_address(text: &str) -> Option<usize> {
    let closings = text.match_indices(')').map(|(at, _)| at);
    closings.into_iter().find(|&at| ends_with_page(&text[..at])).map(|at| at + 1)
}

fn ends_with_page(address: &str) -> bool {
    let bare = [".md", ".csv", ".html"].iter().find_map(|ending| address.strip_suffix(ending));
    let bare = bare.or_else(|| {
        let (before, _) = address.rsplit_once("?pvs=")?;
        Some(before)
    });
    let is_notion_site = || {
        let last = address.rsplit(['(', ' ']).next().unwrap_or_default();
        last.starts_with("https://www.notion.so/") || last.starts_with("https://notion.so/")
    };
    let bare = bare.or_else(|| is_notion_site().then_some(address)).unwrap_or_default();
    let bare = bare.strip_suffix("_all").unwrap_or(bare);
    bare.len() >= 32 && bare.as_bytes()[bare.len() - 32..].iter().all(u8::is_ascii_hexdigit)
}

/// The place of the parenthesis that the last one closes.
fn start_of_address(text: &str) -> Option<usize> {
    let mut open = 0;
    for (at, character) in text.char_indices().rev() {
        match character {
            ')' => open += 1,
            '(' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

/// A relative path to a file becomes the file's name; all else stays.
fn cleaned_file(value: &str) -> String {
    let is_path =
        !value.contains(' ') && !value.contains("://") && (value.contains('/') || value.contains('%'));
    let ending = ending(value);
    let is_file = is_path && ((1..=5).contains(&ending.len()) || is_media(value));
    if !is_file {
        return value.to_owned();
    }
    names::clean_file_name(&percent_decoded(file_name(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "86ce25c6bb214b4b9e35beed8bc8b821";

    #[test]
    fn relations_keep_their_names_alone() {
        let value = format!("Ask (a) (../Tasks%20{ID}/Ask%20(a)%20{ID}.md), Write it (Write%20it%20{ID}.md)");
        assert_eq!(cleaned(&value), "Ask (a), Write it");
        let outside = format!("Roadmap (https://www.notion.so/Roadmap-{ID}?pvs=21)");
        assert_eq!(cleaned(&outside), "Roadmap");
    }

    #[test]
    fn files_are_named_and_addresses_stay() {
        assert_eq!(cleaned("../Home%20page/My%2520plan.pdf, x.png"), "My plan.pdf, x.png");
        assert_eq!(cleaned("https://example.com/a.pdf"), "https://example.com/a.pdf");
        assert_eq!(cleaned("and/or 50%, (see notes)"), "and/or 50%, (see notes)");
    }
}
