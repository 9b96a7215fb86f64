//! JSON that a strict reader refuses for one odd value: half a surrogate pair, bytes that are no UTF-8, a number beyond
//! all bounds, a depth beyond all sense. Such a value reads as its zero, and the rest as it is.

/// Values nested deeper read as null; `serde_json` gives up at 128.
const DEEPEST: usize = 100;
const REPLACEMENT: &str = "\u{FFFD}";

/// The same JSON with each odd value replaced. What is no JSON stays none.
pub(crate) fn repaired(json: &[u8]) -> String {
    let text = String::from_utf8_lossy(json);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    let mut depth = 0_usize;
    while let Some(c) = rest.chars().next() {
        let token = match c {
            '"' => string_length(rest),
            '-' | '0'..='9' => {
                rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)).unwrap_or(rest.len())
            }
            _ => c.len_utf8(),
        };
        let (token, after) = rest.split_at(token);
        rest = after;
        if matches!(c, '{' | '[') {
            depth += 1;
            if depth == DEEPEST + 1 {
                out.push_str("null");
            }
        }
        if depth <= DEEPEST {
            match c {
                '"' => push_string(token, &mut out),
                '-' | '0'..='9' if token.parse::<f64>().is_ok_and(f64::is_infinite) => out.push_str("null"),
                _ => out.push_str(token),
            }
        }
        if matches!(c, '}' | ']') {
            depth = depth.saturating_sub(1);
        }
    }
    out
}

/// The bytes of the string at the beginning, its quotes with it.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Copies a string; an escape that is half a surrogate pair becomes the replacement character.
fn push_string(token: &str, out: &mut String) {
    let mut rest = token;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => 12,
            (Some(0xD800..0xE000), _) => {
                out.push_str(REPLACEMENT);
                rest = &rest[6..];
                continue;
            }
            _ => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out.push_str(rest);
}

/// The UTF-16 unit that a `\uXXXX` at the beginning stands for.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u16::from_str_radix(digits, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn read(json: &[u8]) -> Option<Value> {
        serde_json::from_str(&repaired(json)).ok()
    }

    #[test]
    fn an_odd_value_costs_itself_alone() {
        assert_eq!(
            read(br#"{"title":"Cut \ud83d","id":"a"}"#),
            Some(json!({"title": "Cut \u{FFFD}", "id": "a"}))
        );
        assert_eq!(read(br#"["\ud83d\ude00 \udE00\n\\ud83d"]"#), Some(json!(["😀 \u{FFFD}\n\\ud83d"])));
        assert_eq!(read(b"{\"title\":\"\xFF!\"}"), Some(json!({"title": "\u{FFFD}!"})));
        assert_eq!(read(br#"{"hits":1e400,"n":-2.50}"#), Some(json!({"hits": null, "n": -2.5})));
        let deep = format!(r#"{{"id":"a","x":{}1{}}}"#, "[".repeat(300), "]".repeat(300));
        assert_eq!(read(deep.as_bytes()).map(|value| value["id"].clone()), Some(json!("a")));
    }

    #[test]
    fn what_is_no_json_stays_none() {
        for text in ["<html>", r#"{"a":"b"#, "{\"a\":1}{", "", "\\", "\"\\", "\"\\u12"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = repaired(&bytes);
        }

        #[test]
        fn sound_json_reads_as_it_is(text in ".*", number in any::<f64>(), count in any::<i64>()) {
            let value = json!({ "text": text, "list": [number, count, null, true, { "a": [] }] });
            prop_assert_eq!(read(value.to_string().as_bytes()), Some(value));
        }
    }
}
