//! What a message shows beside its text: blocks, attachments, files.

use std::collections::HashSet;

use serde_json::Value;

use super::super::convert::{html, signs};
use super::Names;
use super::inputs;
use super::markup::{link, list, plain, reference, string};

/// All of it, in the order in which it is shown: what belongs together, such as a field's name and its value, in one piece.
pub(super) fn lines(message: &Value, names: &Names) -> Vec<String> {
    let mut lines = Vec::new();
    for block in list(message, "blocks") {
        push(&mut lines, block_text(block, names));
    }
    for attachment in list(message, "attachments") {
        attached(&mut lines, attachment, names);
    }
    let one = message.get("file");
    for file in list(message, "files").chain(one) {
        file_lines(&mut lines, file, names);
    }
    if let Some(comment) = message.get("comment") {
        push(&mut lines, plain(string(comment, "comment"), names));
    }
    lines
}

fn push(lines: &mut Vec<String>, text: String) {
    let is_said = |line: &&str| !line.trim_matches([':', ' ']).is_empty();
    let said: Vec<&str> = text.lines().filter(is_said).collect();
    lines.extend(Some(said.join("\n")).filter(|said| !said.is_empty()));
}

fn attached(lines: &mut Vec<String>, attachment: &Value, names: &Names) {
    let before = lines.len();
    push(lines, plain(string(attachment, "pretext"), names));
    push(lines, plain(string(attachment, "title"), names));
    let (author, text) = (string(attachment, "author_name"), plain(string(attachment, "text"), names));
    match (author.is_empty(), text.is_empty()) {
        (false, false) => push(lines, format!("{author}: {text}")),
        _ => push(lines, format!("{author}{text}")),
    }
    for field in list(attachment, "fields") {
        let value = plain(string(field, "value"), names);
        push(lines, format!("{}: {value}", plain(string(field, "title"), names)));
    }
    for block in list(attachment, "blocks") {
        push(lines, block_text(block, names));
    }
    for message in list(attachment, "message_blocks").filter_map(|shared| shared.get("message")) {
        // A shared message says the same in its text.
        if text.is_empty() {
            list(message, "blocks").for_each(|block| push(lines, block_text(block, names)));
        }
    }
    for file in list(attachment, "files") {
        file_lines(lines, file, names);
    }
    buttons(lines, list(attachment, "actions"), names);
    push(lines, plain(string(attachment, "footer"), names));
    if lines.len() == before {
        push(lines, plain(string(attachment, "fallback"), names));
    }
}

fn buttons<'a>(lines: &mut Vec<String>, actions: impl Iterator<Item = &'a Value>, names: &Names) {
    let labels: Vec<String> =
        actions.map(|action| block_text(action, names)).filter(|label| !label.is_empty()).collect();
    push(lines, labels.join(" "));
}

/// A file's title, and its own text where the export has it: of snippets, posts, mails and recordings.
fn file_lines(lines: &mut Vec<String>, file: &Value, names: &Names) {
    let title = [string(file, "title"), string(file, "name")].into_iter().find(|title| !title.is_empty());
    if let Some(title) = title {
        push(lines, format!("[file: {title}]"));
    }
    for name in ["subject", "alt_txt"] {
        push(lines, string(file, name).to_owned());
    }
    let senders = list(file, "from").map(|from| {
        [string(from, "original"), string(from, "name"), string(from, "address")]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or_default()
    });
    push(lines, senders.collect::<Vec<_>>().join(", "));
    let texts = ["plain_text", "content", "preview_plain_text", "preview"];
    let own = texts
        .into_iter()
        .map(|name| string(file, name))
        .find(|text| !text.trim().is_empty())
        .unwrap_or_default();
    push(lines, if own.trim_start().starts_with('<') { html::fragment_to_text(own) } else { own.to_owned() });
    let spoken = file.get("transcription").and_then(|spoken| spoken.get("preview")).unwrap_or(&Value::Null);
    push(lines, string(spoken, "content").to_owned());
    if let Some(comment) = file.get("initial_comment") {
        push(lines, plain(string(comment, "comment"), names));
    }
}

pub(super) fn block_text(block: &Value, names: &Names) -> String {
    let kind = string(block, "type");
    let elements = || list(block, "elements").map(|element| block_text(element, names));
    match kind {
        "rich_text_list" => rich_list(block, names),
        "rich_text" => elements().collect::<Vec<_>>().join("\n"),
        "rich_text_section" | "rich_text_quote" | "rich_text_preformatted" => elements().collect(),
        "context" | "context_actions" => elements().collect::<Vec<_>>().join(" "),
        "actions" => {
            let mut lines = Vec::new();
            buttons(&mut lines, list(block, "elements"), names);
            lines.join("\n")
        }
        "text" => struck(block, string(block, "text")),
        "user" => reference(&format!("@{}", string(block, "user_id")), names),
        "channel" => reference(&format!("#{}", string(block, "channel_id")), names),
        "usergroup" => reference("!subteam", names),
        "broadcast" => format!("@{}", string(block, "range")),
        "link" => struck(block, &link(string(block, "url"), string(block, "text"))),
        "emoji" => emoji(block),
        "date" => string(block, "fallback").to_owned(),
        "color" => string(block, "value").to_owned(),
        "plain_text" | "mrkdwn" => plain(string(block, "text"), names),
        "button" | "workflow_button" => match block.get("text") {
            Some(Value::String(label)) => format!("[{label}]"),
            Some(label) => format!("[{}]", block_text(label, names)),
            None => String::new(),
        },
        "raw_text" | "markdown" => string(block, "text").to_owned(),
        "call" => inputs::call(block),
        "table" => list(block, "rows").map(|row| table_row(row, names)).collect::<Vec<_>>().join("\n"),
        _ => inputs::text(block, names).unwrap_or_else(|| other_block(block, names)),
    }
}

/// A section, a picture, a video, a field to fill in: all its texts.
fn other_block(block: &Value, names: &Names) -> String {
    let mut lines = Vec::new();
    for name in ["title", "subtitle", "label", "text", "body", "description", "hint", "placeholder"] {
        match block.get(name) {
            Some(text) if text.is_object() => push(&mut lines, block_text(text, names)),
            Some(Value::String(text)) => push(&mut lines, plain(text, names)),
            _ => {}
        }
    }
    for name in ["alt_text", "author_name", "provider_name"] {
        push(&mut lines, string(block, name).to_owned());
    }
    for field in list(block, "fields") {
        push(&mut lines, block_text(field, names));
    }
    for inner in ["accessory", "element"].into_iter().filter_map(|name| block.get(name)) {
        push(&mut lines, block_text(inner, names));
    }
    lines.join("\n")
}

fn struck(element: &Value, text: &str) -> String {
    let is_struck = element.get("style").and_then(|style| style.get("strike")).and_then(Value::as_bool);
    if is_struck == Some(true) { signs::struck(text) } else { text.to_owned() }
}

/// The sign itself, where the export knows it.
fn emoji(element: &Value) -> String {
    let codes = string(element, "unicode")
        .split('-')
        .map(|code| u32::from_str_radix(code, 16).ok().and_then(char::from_u32));
    let sign: Option<String> = codes.collect();
    sign.unwrap_or_else(|| format!(":{}:", string(element, "name")))
}

fn rich_list(block: &Value, names: &Names) -> String {
    let is_ordered = string(block, "style") == "ordered";
    let number = |name: &str| block.get(name).and_then(Value::as_u64).unwrap_or(0);
    let depth = number("indent").min(8);
    let first = usize::try_from(number("offset")).unwrap_or(0).saturating_add(1);
    let indent = (0..depth).map(|_| "  ").collect::<String>();
    let items = list(block, "elements").enumerate().map(|(index, item)| {
        let mark = if is_ordered { format!("{}.", first.saturating_add(index)) } else { "-".to_owned() };
        format!("{indent}{mark} {}", block_text(item, names))
    });
    items.collect::<Vec<_>>().join("\n")
}

fn table_row(row: &Value, names: &Names) -> String {
    let cells = row.as_array().into_iter().flatten().map(|cell| block_text(cell, names).replace('\n', " "));
    cells.collect::<Vec<_>>().join(" | ")
}

/// Lines that are held against the words before them; beyond this much text only against whole lines.
const COMPARED: usize = 64 * 1024;

/// The text with what the pieces add to it; what it says already is not said again. A piece that adds something keeps its
/// single words: the same value may stand under another name.
pub(super) fn with_more(text: &str, pieces: Vec<String>) -> String {
    let mut out = text.trim_end().to_owned();
    let (of_text, mut known) = (Known::of(text), Known::of(text));
    for piece in pieces {
        if known.holds(&piece) || piece.lines().all(|line| of_text.holds(line)) {
            continue;
        }
        let is_added = |line: &&str| !line.trim().contains(' ') || !of_text.holds(line);
        for line in piece.lines().filter(is_added) {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(line);
        }
        known.add(&piece);
    }
    out
}

/// What is said already.
#[derive(Default)]
struct Known {
    text: String,
    words: String,
    numbers: HashSet<String>,
}

impl Known {
    fn of(text: &str) -> Self {
        let mut known = Self::default();
        known.add(text);
        known
    }

    fn add(&mut self, text: &str) {
        if self.words.len() < COMPARED {
            self.text.push_str(&format!("{text}\n"));
            self.words.push_str(&format!(" {} \n", words(text)));
            self.numbers.extend(numbers(text).map(str::to_owned));
        }
    }

    /// Whether a text is said already: its words, and its numbers with their signs.
    fn holds(&self, text: &str) -> bool {
        let said = words(text);
        if said.is_empty() {
            return self.text.contains(text.trim());
        }
        self.words.contains(&format!(" {said} ")) && numbers(text).all(|number| self.numbers.contains(number))
    }
}

/// The numbers of a text, with what stands at them.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || "+-−±<>≤≥≈$€£¥%°.,:/".contains(c);
    let pieces = text.split(move |c: char| !is_part(c)).map(|piece| piece.trim_matches(['.', ',', ':', '/']));
    pieces.filter(|piece| piece.contains(|c: char| c.is_ascii_digit()))
}

/// The words of a text, without marks.
fn words(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ").to_lowercase()
}

/// Texts that only say that the message cannot be shown.
pub(super) fn is_stub(text: &str) -> bool {
    let text = text.trim().trim_matches(['[', ']', '.']).to_lowercase().replace('\u{2019}', "'");
    [
        "this content can't be displayed",
        "no preview available",
        "this message contains interactive elements",
        "no fallback text provided",
    ]
    .contains(&text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::markup::tests::names;

    #[test]
    fn tables_lists_and_shared_messages_are_read() {
        let message = serde_json::json!({
            "blocks": [
                {"type": "table", "rows": [[{"type": "raw_text", "text": "Fuse"}, {"type": "raw_text", "text": "16 A"}]]},
                {"type": "markdown", "text": "Checked"},
                {"type": "video", "title": {"type": "plain_text", "text": "The yard"}},
                {"type": "rich_text", "elements": [
                    {"type": "rich_text_list", "style": "ordered", "elements": [{"type": "text", "text": "one"}]},
                    {"type": "rich_text_list", "indent": 1, "elements": [{"type": "text", "text": "below", "style": {"strike": true}}]},
                    {"type": "rich_text_section", "elements": [{"type": "usergroup", "usergroup_id": "S1"}, {"type": "emoji", "name": "tada", "unicode": "1f389"}]},
                ]},
                {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Approve"}}]},
            ],
            "attachments": [{"fallback": "[no preview]", "message_blocks": [
                {"message": {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Shared *here*"}}]}},
            ]}],
        });
        assert_eq!(
            lines(&message, &names()).join("\n"),
            "Fuse | 16 A\nChecked\nThe yard\n1. one\n  - ~~below~~\n@subteam🎉\n[Approve]\nShared here"
        );
    }

    #[test]
    fn files_say_what_is_in_them() {
        let message = serde_json::json!({"files": [
            {"title": "Fire plan", "mode": "post", "plain_text": "Leave by exit B.", "preview": "Leave"},
            {"mode": "email", "title": "Fwd", "subject": "Contract", "from": [{"address": "a@x.example"}], "plain_text": "It ends."},
            {"title": "audio", "transcription": {"preview": {"content": "The lift is broken"}}},
            {"mode": "tombstone"},
        ], "comment": {"comment": "Nice <@U1>"}});
        assert_eq!(
            lines(&message, &names()).join("\n"),
            "[file: Fire plan]\nLeave by exit B.\n[file: Fwd]\nContract\na@x.example\nIt ends.\n[file: audio]\nThe lift is broken\nNice @Ana"
        );
    }

    #[test]
    fn the_same_value_under_another_name_and_with_another_sign_is_said() {
        let lines = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
        assert_eq!(
            with_more(
                "Priority High, 5 open",
                lines(&["Severity\nHigh", "Owner\nHigh", "-5", "{\n  a\n}\n{\n}"])
            ),
            "Priority High, 5 open\nSeverity\nHigh\nOwner\nHigh\n-5\n{\n  a\n}\n{\n}"
        );
        let message = serde_json::json!({"blocks": [{"type": "section", "fields": [
            {"type": "mrkdwn", "text": "*Open*\n5"}, {"type": "mrkdwn", "text": "*Closed*\n5"}]}]});
        assert_eq!(with_more("", super::lines(&message, &names())), "Open\n5\nClosed\n5");
    }

    #[test]
    fn what_the_text_says_is_not_said_again() {
        let lines = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
        assert_eq!(
            with_more("Weekly *report*", lines(&["Weekly report", "Sales rose.", "sales rose", "Yes"])),
            "Weekly *report*\nSales rose.\nYes"
        );
        assert_eq!(with_more("yesterday", lines(&["Yes", "🎉", "🎉"])), "yesterday\nYes\n🎉");
        assert_eq!(with_more("Deploy failed", lines(&["Deploy failed\non db1"])), "Deploy failed\non db1");
        assert_eq!(with_more("Build *512* is red.", lines(&["build 512 is red"])), "Build *512* is red.");
        let list = "Sold:\n• 5 pumps :tada:\n• 3 taps";
        assert_eq!(with_more(list, lines(&["Sold:\n- 5 pumps🎉\n- 3 taps"])), list);
        assert!(is_stub("This content can\u{2019}t be displayed."));
    }
}
