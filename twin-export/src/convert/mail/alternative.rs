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
    if is_same {
        // Plain text is as it was typed, unless it lost something.
        let lost = few.difference(&many).filter(|word| !is_furniture(word)).count();
        let new = new_words(&plain, &few, &many);
        let is_richer = new > 0 && new >= lost || marks(&rich) > marks(&plain);
        return vec![if is_richer { rich } else { plain }];
    }
    if is_stub(&plain) {
        return vec![rich];
    }
    if is_stub(&rich) { vec![plain] } else { vec![plain, rich] }
}

/// How many words the richer text has that the plain one says nowhere, not even parted or joined.
fn new_words(plain: &str, few: &HashSet<String>, many: &HashSet<String>) -> usize {
    let squeezed: String =
        plain.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let is_long =
        |word: &str| word.chars().count() >= 6 || !word.is_ascii() && word.chars().all(char::is_alphabetic);
    let is_new = |word: &&String| !(is_furniture(word) || is_long(word) && squeezed.contains(word.as_str()));
    many.difference(few).take(MOST_NEW).filter(is_new).count()
}

/// New words that are looked for: so many are enough.
const MOST_NEW: usize = 200;

/// What pages say around what is meant: labels of links and of pictures, ways to leave a list.
fn is_furniture(word: &str) -> bool {
    let words = [
        "here",
        "view",
        "browser",
        "online",
        "unsubscribe",
        "subscribe",
        "click",
        "link",
        "image",
        "logo",
        "icon",
        "mailto",
        "cid",
        "read",
        "more",
        "open",
        "button",
        "inline",
        "http",
        "https",
        "www",
    ];
    words.contains(&word)
}

/// Signs that plain text cannot show: struck words, powers.
fn marks(text: &str) -> usize {
    let raised = text.chars().filter(|c| matches!(c, '⁰'..='ⁿ' | '¹' | '²' | '³')).count();
    text.matches("~~").count() + text.matches("^(").count() + raised
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
    fn what_plain_text_lost_is_read_in_the_richer_one() {
        for (plain, rich) in [
            ("Here is the plan:", "Here is the plan:\n\nMon | Kim\nTue | Uma"),
            ("The fee changes.", "The fee changes. New fee: 55 euro."),
            ("The tank holds 106 litres in all.", "The tank holds 10⁶ litres in all."),
            ("The fee is 40 55 euro.", "The fee is ~~40~~ 55 euro."),
            ("Do come to the meeting at noon.", "Do not come to the meeting at noon."),
        ] {
            assert_eq!(chosen(plain, rich), [rich]);
        }
        let wrapped = "The inter-\nnational fee is 5 euro. Signed, Uma and all of the team";
        assert_eq!(chosen(wrapped, "The international fee is 5 euro. View in browser"), [wrapped]);
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
