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
pub(super) fn reference(inner: &str, names: &Names) -> String {
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

pub(super) fn link(address: &str, label: &str) -> String {
    let mut prose = crate::convert::prose::Prose::default();
    prose.link(if label.is_empty() { address } else { label }, address);
    prose.finish().1
}

/// Text without the marks of bold and italic words and of code; struck words are marked as everywhere.
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
                    if character == '~' {
                        // Struck text stays marked.
                        out.insert(open[place].1, '~');
                        out.push_str("~~");
                    } else {
                        out.remove(open[place].1);
                    }
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
    fn marks_go_and_letters_stay() {
        assert_eq!(
            without_marks("*really* _soon_ ~never~, 2 * 3 * 4, snake_case_name, `a*b*`"),
            "really soon ~~never~~, 2 * 3 * 4, snake_case_name, a*b*"
        );
        assert_eq!(without_marks("```\nfuse = 16A\n```"), "\nfuse = 16A\n");
    }
}
