//! Makes what could steer or deceive a terminal visible, before any text from outside is shown.

use std::borrow::Cow;

/// Text of many lines: line feeds and tabs stay, everything else that is invisible is spelled out.
pub fn multi_line(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| is_unsafe(c) && c != '\n' && c != '\t') {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n");
    Cow::Owned(spell_out(&text, |c| c == '\n' || c == '\t'))
}

/// Text of one line or one cell: line feeds and tabs are spelled out too.
pub fn single_line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(spell_out(text, |_| false))
}

/// JSON, laid out or on one line: what is invisible stands only within its strings and is escaped there, so that it
/// means the same.
pub fn json(text: String) -> String {
    let is_layout = |c: char| c == '\n';
    if !text.contains(|c| is_unsafe(c) && !is_layout(c)) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) && !is_layout(c) {
            let units = &mut [0; 2];
            c.encode_utf16(units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

fn spell_out(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) && !keep(c) { push_visible(&mut out, c) } else { out.push(c) }
    }
    out
}

/// ASCII controls become their control picture (ESC is `␛`), all others `<U+202E>`.
fn push_visible(out: &mut String, c: char) {
    let picture = match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)),
        '\x7f' => Some('\u{2421}'),
        _ => None,
    };
    match picture {
        Some(picture) => out.push(picture),
        None => out.push_str(&format!("<U+{:04X}>", u32::from(c))),
    }
}

/// Controls, bidirectional formatting, and characters that take no space and mean nothing to a reader.
///
/// Joiners and variation selectors stay: emoji and several scripts cannot be written without them.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}'                      // soft hyphen
            | '\u{061c}'                    // Arabic letter mark
            | '\u{115f}' | '\u{1160}'       // Hangul fillers
            | '\u{180e}'                    // Mongolian vowel separator
            | '\u{200b}'                    // zero-width space
            | '\u{200e}' | '\u{200f}'       // direction marks
            | '\u{2028}'..='\u{202e}'       // line and paragraph separators, embeddings, overrides
            | '\u{2060}'..='\u{206f}'       // invisible operators, isolates, deprecated controls
            | '\u{3164}' | '\u{ffa0}'       // Hangul fillers
            | '\u{feff}'                    // byte order mark
            | '\u{fff9}'..='\u{fffb}'       // interlinear annotation
            | '\u{1d173}'..='\u{1d17a}'     // musical formatting
            | '\u{e0000}'..='\u{e007f}'     // tags
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_escape_sequence_is_shown_and_not_obeyed() {
        assert_eq!(single_line("a\x1b[31mred"), "a␛[31mred");
        assert_eq!(single_line("c1\u{9b}31m"), "c1<U+009B>31m");
    }

    #[test]
    fn a_bidirectional_override_is_shown() {
        assert_eq!(single_line("txt.\u{202e}exe"), "txt.<U+202E>exe");
    }

    #[test]
    fn lines_and_tabs_stay_in_long_text_but_not_in_a_cell() {
        assert_eq!(multi_line("one\r\ntwo\tthree\rfour"), "one\ntwo\tthree␍four");
        assert_eq!(single_line("one\ntwo\tthree"), "one␊two␉three");
    }

    #[test]
    fn text_in_other_scripts_and_emoji_stay_as_they_are() {
        for text in ["Zürich – 東京", "می\u{200c}خواهم", "👩\u{200d}👩\u{200d}👧", "❤\u{fe0f}"]
        {
            assert_eq!(single_line(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_control_reaches_the_terminal(text in any::<String>()) {
            prop_assert!(!single_line(&text).contains(is_unsafe));
            prop_assert!(!multi_line(&text).contains(|c| is_unsafe(c) && c != '\n' && c != '\t'));
        }

        #[test]
        fn making_text_visible_twice_changes_nothing_more(text in any::<String>()) {
            let once = multi_line(&text).into_owned();
            prop_assert_eq!(multi_line(&once), once.as_str());
        }
    }
}
