//! Slack's way to write mentions, links and marks, as plain text.

use serde_json::Value;

use super::Names;

/// A message's text as people see it.
pub(super) fn plain(text: &str, names: &Names) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>') {
            Some((inner, after)) => {
                out.push_str(&reference(inner, names));
                rest = after;
            }
            None => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    let out = without_marks(&out);
    // In this order, since `&amp;lt;` means the letters `&lt;`.
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What stands between `<` and `>`.
fn reference(inner: &str, names: &Names) -> String {
    let (target, label) = inner.split_once('|').unwrap_or((inner, ""));
    let or_label =
        |name: Option<&String>| name.cloned().or_else(|| (!label.is_empty()).then(|| label.to_owned()));
    if let Some(id) = target.strip_prefix('@') {
        let name = or_label(names.users.get(id)).unwrap_or_else(|| "someone".to_owned());
        format!("@{}", name.trim_start_matches('@'))
    } else if let Some(id) = target.strip_prefix('#') {
        let name = if label.is_empty() { names.channels.get(id).cloned() } else { Some(label.to_owned()) };
        format!("#{}", name.unwrap_or_else(|| "a channel".to_owned()))
    } else if let Some(command) = target.strip_prefix('!') {
        let shown =
            if label.is_empty() { command.split(['^', '|']).next().unwrap_or_default() } else { label };
        let is_date = command.starts_with("date");
        if is_date { shown.to_owned() } else { format!("@{}", shown.trim_start_matches('@')) }
    } else {
        link(target.strip_prefix("mailto:").or(target.strip_prefix("tel:")).unwrap_or(target), label)
    }
}

fn link(address: &str, label: &str) -> String {
    let mut prose = crate::convert::prose::Prose::default();
    prose.link(if label.is_empty() { address } else { label }, address);
    prose.finish().1
}

/// Text without the marks of bold, italic and struck words and of code.
fn without_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut in_code = false;
    let characters: Vec<char> = text.chars().collect();
    for (at, &character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let after = characters.get(at + 1);
        match character {
            '`' => {
                in_code = !in_code;
                continue;
            }
            '*' | '_' | '~' if !in_code => {
                let inside_left = before.is_some_and(|c| !c.is_whitespace());
                let inside_right = after.is_some_and(|c| !c.is_whitespace());
                let edge_left = before.is_none_or(|c| !c.is_alphanumeric());
                let edge_right = after.is_none_or(|c| !c.is_alphanumeric());
                let opened = open.iter().rposition(|(mark, _)| *mark == character);
                if let Some(place) = opened.filter(|_| inside_left && edge_right) {
                    out.remove(open[place].1);
                    open.truncate(place);
                    continue;
                }
                if inside_right && edge_left {
                    open.push((character, out.len()));
                }
            }
            // Marks do not reach across lines.
            '\n' => open.clear(),
            _ => {}
        }
        out.push(character);
    }
    out
}

/// What a message shows whose text is empty: blocks, attachments.
pub(super) fn shown(message: &Value, names: &Names) -> String {
    let mut lines = Vec::new();
    for block in list(message, "blocks") {
        push(&mut lines, block_text(block, names));
    }
    for attachment in list(message, "attachments") {
        let before = lines.len();
        for field in ["pretext", "title", "text"] {
            push(&mut lines, plain(string(attachment, field), names));
        }
        for field in list(attachment, "fields") {
            let value = plain(string(field, "value"), names);
            push(&mut lines, format!("{}: {value}", plain(string(field, "title"), names)));
        }
        for block in list(attachment, "blocks") {
            push(&mut lines, block_text(block, names));
        }
        if lines.len() == before {
            for message in list(attachment, "message_blocks").filter_map(|shared| shared.get("message")) {
                for block in list(message, "blocks") {
                    push(&mut lines, block_text(block, names));
                }
            }
        }
        if lines.len() == before {
            push(&mut lines, plain(string(attachment, "fallback"), names));
        }
    }
    lines.join("\n")
}

fn push(lines: &mut Vec<String>, text: String) {
    if !text.trim_matches([':', ' ', '\n']).is_empty() {
        lines.push(text);
    }
}

fn block_text(block: &Value, names: &Names) -> String {
    let kind = string(block, "type");
    let elements = || list(block, "elements").map(|element| block_text(element, names));
    match kind {
        "rich_text_list" => rich_list(block, names),
        "rich_text" => elements().collect::<Vec<_>>().join("\n"),
        "rich_text_section" | "rich_text_quote" | "rich_text_preformatted" => elements().collect(),
        "context" => elements().collect::<Vec<_>>().join(" "),
        "text" => string(block, "text").to_owned(),
        "user" => reference(&format!("@{}", string(block, "user_id")), names),
        "channel" => reference(&format!("#{}", string(block, "channel_id")), names),
        "usergroup" => reference("!subteam", names),
        "broadcast" => format!("@{}", string(block, "range")),
        "link" => link(string(block, "url"), string(block, "text")),
        "emoji" => format!(":{}:", string(block, "name")),
        "date" => string(block, "fallback").to_owned(),
        "plain_text" | "mrkdwn" => plain(string(block, "text"), names),
        "image" => string(block, "alt_text").to_owned(),
        "raw_text" | "markdown" => string(block, "text").to_owned(),
        "table" => list(block, "rows").map(|row| table_row(row, names)).collect::<Vec<_>>().join("\n"),
        _ => {
            let mut lines = Vec::new();
            for name in ["title", "text", "description"] {
                if let Some(text) = block.get(name).filter(|text| text.is_object()) {
                    push(&mut lines, block_text(text, names));
                }
            }
            for field in list(block, "fields") {
                push(&mut lines, block_text(field, names));
            }
            lines.join("\n")
        }
    }
}

fn rich_list(block: &Value, names: &Names) -> String {
    let is_ordered = string(block, "style") == "ordered";
    let depth = block.get("indent").and_then(Value::as_u64).unwrap_or(0).min(8);
    let indent = (0..depth).map(|_| "  ").collect::<String>();
    let items = list(block, "elements").enumerate().map(|(index, item)| {
        let mark = if is_ordered { format!("{}.", index + 1) } else { "-".to_owned() };
        format!("{indent}{mark} {}", block_text(item, names))
    });
    items.collect::<Vec<_>>().join("\n")
}

fn table_row(row: &Value, names: &Names) -> String {
    let cells = row.as_array().into_iter().flatten().map(|cell| block_text(cell, names).replace('\n', " "));
    cells.collect::<Vec<_>>().join(" | ")
}

pub(super) fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

pub(super) fn string<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A time; other programs than Slack write it as a number.
pub(super) fn time(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::Number(number)) => number.to_string(),
        _ => string(value, name).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names {
            users: [("U1".to_owned(), "Ana".to_owned())].into(),
            channels: [("C1".to_owned(), "ops".to_owned())].into(),
        }
    }

    #[test]
    fn references_read_as_names_and_labels() {
        let read = |text| plain(text, &names());
        assert_eq!(read("<!here> <@U1> in <#C1> and <#C9|old>"), "@here @Ana in #ops and #old");
        assert_eq!(read("<https://x.y/z|the plan>, <https://x.y>"), "the plan, https://x.y");
        assert_eq!(read("<mailto:a@b.c|a@b.c> &lt;3 &amp;lt; <@U9>"), "a@b.c <3 &lt; @someone");
        assert_eq!(read("<!date^1^{date}|3 March> <!subteam^S1|@crew>"), "3 March @crew");
    }

    #[test]
    fn tables_lists_and_shared_messages_are_read() {
        let message = serde_json::json!({
            "blocks": [
                {"type": "table", "rows": [[{"type": "raw_text", "text": "Fuse"}, {"type": "raw_text", "text": "16 A"}]]},
                {"type": "markdown", "text": "Checked"},
                {"type": "video", "title": {"type": "plain_text", "text": "The yard"}},
                {"type": "rich_text", "elements": [
                    {"type": "rich_text_list", "style": "ordered", "elements": [{"type": "text", "text": "one"}]},
                    {"type": "rich_text_list", "indent": 1, "elements": [{"type": "text", "text": "below"}]},
                    {"type": "rich_text_section", "elements": [{"type": "usergroup", "usergroup_id": "S1"}]},
                ]},
            ],
            "attachments": [{"fallback": "[no preview]", "message_blocks": [
                {"message": {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Shared *here*"}}]}},
            ]}],
        });
        assert_eq!(
            shown(&message, &names()),
            "Fuse | 16 A\nChecked\nThe yard\n1. one\n  - below\n@subteam\nShared here"
        );
    }

    #[test]
    fn marks_go_and_letters_stay() {
        assert_eq!(
            without_marks("*really* _soon_, 2 * 3 * 4, snake_case_name, `a*b*`"),
            "really soon, 2 * 3 * 4, snake_case_name, a*b*"
        );
        assert_eq!(without_marks("```\nfuse = 16A\n```"), "\nfuse = 16A\n");
    }
}
