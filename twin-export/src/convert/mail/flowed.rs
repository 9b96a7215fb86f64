//! Text whose lines were broken to be joined again (RFC 3676).

/// Joins the lines that end with a blank. Where `deletes_space`, the blank only marks the place.
pub(super) fn joined(text: &str, deletes_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The quotes before the line that goes on.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let quotes = line.bytes().take_while(|&byte| byte == b'>').count();
        let bare = &line[quotes..];
        let bare = bare.strip_prefix(' ').unwrap_or(bare);
        let is_signature = bare == "-- ";
        if open != Some(quotes) || is_signature {
            if !out.is_empty() {
                out.push('\n');
            }
            if quotes > 0 {
                out.push_str(&line[..quotes]);
                out.push(' ');
            }
        }
        let flows = bare.ends_with(' ') && !is_signature;
        out.push_str(if flows && deletes_space { &bare[..bare.len() - 1] } else { bare });
        open = flows.then_some(quotes);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_end_with_a_blank_go_on() {
        assert_eq!(joined("The key \nis new.\nNext\n\n-- \nUma", false), "The key is new.\nNext\n\n-- \nUma");
        assert_eq!(joined("交換 \nされます。\nThe stor \nage", true), "交換されます。\nThe storage");
        assert_eq!(joined("> one \n> two\nthree\n From here", false), "> one two\nthree\nFrom here");
    }
}
