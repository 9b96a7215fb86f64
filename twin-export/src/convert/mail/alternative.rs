//! Which of two forms of the same message says more.

use std::collections::HashSet;

/// The text to be read: the plain one, unless it only says that there is another, or says much less.
pub(super) fn richest(plain: Option<String>, rich: Option<String>) -> Vec<String> {
    let said = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    match (said(&plain), said(&rich)) {
        (true, true) => {}
        (false, true) => return rich.into_iter().collect(),
        _ => return plain.into_iter().collect(),
    }
    let (plain, rich) = (plain.unwrap_or_default(), rich.unwrap_or_default());
    let (few, many) = (words(&plain), words(&rich));
    let shared = few.intersection(&many).count();
    let is_same = shared * 10 >= few.len() * 6;
    let new = many.len() - shared;
    if is_same && new <= few.len() + 12 {
        // Plain text is as it was typed.
        return vec![plain];
    }
    if is_same || is_stub(&plain) {
        return vec![rich];
    }
    if is_stub(&rich) { vec![plain] } else { vec![plain, rich] }
}

/// Words as they are compared, addresses aside.
fn words(text: &str) -> HashSet<String> {
    let pieces = text.split_whitespace().filter(|piece| !piece.contains("://"));
    let words =
        pieces.flat_map(|piece| piece.split(|c: char| !c.is_alphanumeric())).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether a text only says that there is another form of it.
fn is_stub(text: &str) -> bool {
    let lower = text.to_lowercase();
    let names = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let is_about_form = names(&[
        "html",
        "browser",
        "navigateur",
        "navegador",
        "ブラウザ",
        "浏览器",
        "plain text",
        "plain-text",
        "multipart",
        "multi-part",
        "mime",
    ]);
    let is_about_reading = names(&[
        "client",
        "support",
        "view",
        "display",
        "enable",
        "read this",
        "see this",
        "version",
        "programm",
        "anzeige",
        "ansicht",
        "öffnen",
        "darstell",
        "afficher",
        "visualiser",
        "ver este",
        "visualizar",
        "visualizza",
        "bekijk",
        "表示",
        "format",
        "message",
    ]);
    text.chars().count() <= 600 && is_about_form && is_about_reading
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(plain: &str, rich: &str) -> Vec<String> {
        richest(Some(plain.to_owned()), Some(rich.to_owned()))
    }

    #[test]
    fn plain_text_is_read_where_it_says_the_same() {
        assert_eq!(chosen("The roof is repaired.", "The roof is repaired."), ["The roof is repaired."]);
        assert_eq!(chosen("See https://x.example/a\nnow", "See here now"), ["See https://x.example/a\nnow"]);
        assert_eq!(chosen(" ", "x"), ["x"]);
        assert_eq!(richest(Some("x".to_owned()), None), ["x"]);
    }

    #[test]
    fn a_stub_or_a_beginning_gives_way() {
        let rich = "The roof above hall 2 is repaired on 9 March. The roofer is Lehto Oy. Please keep the yard free of cars until noon and close all windows.";
        assert_eq!(chosen("Your email client does not support HTML messages.", rich), [rich]);
        assert_eq!(chosen("Diese Nachricht ist in HTML. Bitte öffnen Sie sie im Browser.", rich), [rich]);
        assert_eq!(chosen("The roof above hall 2", rich), [rich]);
    }

    #[test]
    fn what_says_something_else_stays_beside() {
        assert_eq!(
            chosen("Call Uma at noon about the pallets.", "The roof is repaired."),
            ["Call Uma at noon about the pallets.", "The roof is repaired."]
        );
    }
}
