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
                // Nothing behind it is closed either.
                out.push('<');
                rest = after;
                break;
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
    // What each character becomes: itself, unless it turns out to be a mark.
    let mut marks: Vec<(usize, &str)> = Vec::new();
    let mut open = Open::default();
    let mut in_code = false;
    let mut before: Option<char> = None;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let after = characters.peek().map(|(_, after)| *after);
        match character {
            '`' => {
                in_code = !in_code;
                marks.push((at, ""));
            }
            '*' | '_' | '~' if !in_code => {
                let inside_left = before.is_some_and(|c| !c.is_whitespace());
                let inside_right = after.is_some_and(|c| !c.is_whitespace());
                let edge_left = before.is_none_or(|c| !c.is_alphanumeric());
                let edge_right = after.is_none_or(|c| !c.is_alphanumeric());
                // Struck text stays marked.
                let shown = if character == '~' { "~~" } else { "" };
                if inside_left
                    && edge_right
                    && let Some(opened) = open.close(character)
                {
                    marks.extend([(opened, shown), (at, shown)]);
                } else if inside_right && edge_left {
                    open.push(character, at);
                }
            }
            // Marks do not reach across lines.
            '\n' => open = Open::default(),
            _ => {}
        }
        before = Some(character);
    }
    marks.sort_unstable();
    let mut out = String::with_capacity(text.len() + 2 * marks.len());
    let mut done = 0;
    for (at, shown) in marks {
        out.push_str(&text[done..at]);
        out.push_str(shown);
        // Every mark is one byte.
        done = at + 1;
    }
    out.push_str(&text[done..]);
    out
}

/// Marks that may be closed, in their order.
#[derive(Default)]
struct Open {
    places: Vec<(char, usize)>,
    /// How many of each mark there are.
    counts: [usize; 3],
}

impl Open {
    fn count(&mut self, mark: char) -> &mut usize {
        &mut self.counts[match mark {
            '*' => 0,
            '_' => 1,
            _ => 2,
        }]
    }

    fn push(&mut self, mark: char, at: usize) {
        *self.count(mark) += 1;
        self.places.push((mark, at));
    }

    /// The place of the last such mark; those behind it are none.
    fn close(&mut self, mark: char) -> Option<usize> {
        if *self.count(mark) == 0 {
            return None;
        }
        while let Some((one, at)) = self.places.pop() {
            *self.count(one) -= 1;
            if one == mark {
                return Some(at);
            }
        }
        None
    }
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
pub(super) mod tests {
    use super::*;

    pub(in crate::slack) fn names() -> Names {
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

    #[cfg(unix)]
    #[test]
    fn a_message_of_marks_alone_takes_no_longer_than_its_length() {
        for text in ["<", "*a* ", "*a ", "*a _b", "<@U1> ", "`", "~a~ "] {
            let make = |bytes: usize| text.repeat(bytes / text.len());
            let slow = crate::linear::beyond_linear(text, make, |text| plain(text, &names()));
            assert_eq!(slow, None);
        }
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
