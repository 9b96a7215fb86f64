//! Headings of notes that stand within others.

use super::code::fenced;

/// Headings of a note that stands within another one name neither of them: they are lines of their own.
pub(super) fn without_headings(note: &str) -> String {
    let mut out = String::with_capacity(note.len());
    let mut rest = note;
    while !rest.is_empty() {
        if let Some(len) = fenced(rest) {
            out.push_str(&rest[..len]);
            rest = &rest[len..];
            continue;
        }
        let (line, after) = rest.split_at(rest.find('\n').map_or(rest.len(), |end| end + 1));
        rest = after;
        let marks = line.bytes().take_while(|&byte| byte == b'#').count();
        let is_rule = |line: &str| {
            let line = line.trim_end();
            !line.is_empty()
                && (line.bytes().all(|byte| byte == b'=') || line.bytes().all(|byte| byte == b'-'))
        };
        if (1..=6).contains(&marks) && line[marks..].starts_with([' ', '\t']) {
            let heading = line[marks..].trim().trim_end_matches('#').trim_end();
            out.push_str(&format!("\n{heading}\n\n"));
        } else if !line.trim().is_empty() && is_rule(rest.lines().next().unwrap_or_default()) {
            out.push_str(&format!("{}\n\n", line.trim_end()));
            rest = &rest[rest.find('\n').map_or(rest.len(), |end| end + 1)..];
        } else {
            out.push_str(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedded_note_names_nothing() {
        assert_eq!(
            without_headings("# Bee #\ntext\n```\n# no\n```\nOld\n===\nx"),
            "\nBee\n\ntext\n```\n# no\n```\nOld\n\nx"
        );
    }
}
