//! Signs whose place or stroke carries meaning, written in a line: powers, struck text, boxes to tick.

use std::borrow::Cow;

/// Text that stands raised: `10⁶` and `m²` where every sign has a form of its own, `^(…)` otherwise. `before` is
/// what it stands behind: the ending of a numeral (`1st`) is read as it stands.
pub(crate) fn superscript(before: &str, text: &str) -> String {
    let (lead, bare, trail) = edges(text);
    if bare.is_empty() {
        return text.to_owned();
    }
    if is_mark(bare) {
        return text.to_owned();
    }
    if let Some(sign) = sign_of(before, bare) {
        return format!("{lead}{sign}{trail}");
    }
    if bare.contains(is_raised) && bare.contains(char::is_alphanumeric) && !bare.chars().all(is_raised) {
        // A power of a power.
        return format!("{lead}^({bare}){trail}");
    }
    if reads_on(before, bare) {
        return text.to_owned();
    }
    let raised: Option<String> = bare.chars().map(raised).collect();
    let letters = bare.chars().filter(|sign| sign.is_ascii_alphabetic()).count();
    // Letters among signs are easier to read in brackets, `x^(n+1)`, and behind a power they are a note.
    let is_one_word = letters == bare.chars().count() && !before.ends_with(is_raised);
    match raised {
        Some(raised) if letters == 0 || is_one_word => format!("{lead}{raised}{trail}"),
        _ if bare.starts_with('(') && bare.find(')') == Some(bare.len() - 1) => {
            format!("{lead}^{bare}{trail}")
        }
        _ => format!("{lead}^({bare}){trail}"),
    }
}

pub(super) fn is_raised(character: char) -> bool {
    matches!(character, '⁰'..='ⁿ' | '¹' | '²' | '³') || LETTERS.1.contains(character)
}

/// Letters with a raised form, and their forms.
const LETTERS: (&str, &str) =
    ("abcdefghijklmoprstuvwxyzABDEGHIJKLMNOPRTUVW", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ");

/// Whether it is the mark of a note already, as `[1]` is.
fn is_mark(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| !inner.trim().is_empty() && inner.len() <= 20 && !inner.contains(['[', ']']))
}

/// What raised letters have a sign of their own for, where they stand behind a word or a number.
fn sign_of(before: &str, letters: &str) -> Option<char> {
    match letters {
        _ if !before.ends_with(char::is_alphanumeric) => None,
        "TM" => Some('™'),
        "SM" => Some('℠'),
        "o" => Some('º'),
        _ => None,
    }
}

/// A lowered text, where it stands alone before its base, as in `¹⁴₆C`.
pub(crate) fn lowered(text: &str) -> String {
    let lowered: Option<String> = text.chars().map(|c| shifted(c, "₀₁₂₃₄₅₆₇₈₉")).collect();
    lowered.unwrap_or_else(|| format!("_({text})"))
}

/// Text that is struck out.
pub(crate) fn struck(text: &str) -> String {
    let (lead, bare, trail) = edges(text);
    if bare.is_empty() { text.to_owned() } else { format!("{lead}~~{bare}~~{trail}") }
}

/// Lines that are struck out, each for itself: the marks of items stay before the stroke.
pub(crate) fn struck_lines(text: &str) -> String {
    let line = |line: &str| {
        let bare = line.trim_start();
        let number = bare.trim_start_matches(char::is_alphanumeric);
        let mark = match number.strip_prefix(". ") {
            Some(rest) if bare.len() - number.len() <= 4 && number.len() < bare.len() => {
                bare.len() - rest.len()
            }
            _ if bare.starts_with("- ") => 2,
            _ => 0,
        };
        let (before, bare) = line.split_at(line.len() - bare.len() + mark);
        format!("{before}{}", struck(bare))
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// A box to tick.
pub(crate) fn tick(is_ticked: bool) -> &'static str {
    if is_ticked { "[x]" } else { "[ ]" }
}

/// The box that a character draws, where it draws one.
pub(crate) fn box_of(character: char) -> Option<&'static str> {
    match character {
        '☐' => Some(tick(false)),
        '☑' | '☒' => Some(tick(true)),
        _ => None,
    }
}

/// What stands before an item whose list shows a sign: a dash, and the sign as well where it says something, as `✗` does,
/// or a word.
pub(crate) fn bullet(sign: &str) -> String {
    let sign = sign.trim();
    if says_something(sign) { format!("- {} ", with_boxes(sign)) } else { "- ".to_owned() }
}

/// Whether what marks an item is more than a mark.
fn says_something(sign: &str) -> bool {
    let is_telling = |c: char| {
        box_of(c).is_some()
            || matches!(c, '✓' | '✔' | '✕'..='✘' | '☓' | '×' | '⨯' | '✅' | '❌' | '❎' | '❓'..='❕' | '❗' | '+' | '!' | '?')
            || matches!(c, '⚠' | '⛔' | '☠' | '☢' | '☣' | '☹'..='☻' | '⊕'..='⊗' | '➕'..='➗' | '①'..='⓿' | '❶'..='➓')
            || matches!(c, '🗴'..='🗹' | '🞨'..='🞮' | '🚫' | '🛑' | '🛇' | '⮽'..='⮿' | '👍' | '👎' | '😀'..='🙏' | '💡')
    };
    let mut letters = sign.chars().filter(|c| c.is_alphanumeric());
    match (letters.next(), letters.next()) {
        (Some(_), Some(_)) => true,
        // Other letters by themselves are bullets, or signs of a font that is not known.
        (Some(one), None) => {
            matches!(one, 'x' | 'X') || one.is_ascii_digit() || one > 'ÿ' || sign.contains(is_telling)
        }
        _ => sign.contains(is_telling),
    }
}

/// A text with the boxes in it as such.
pub(crate) fn with_boxes(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(|c| box_of(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match box_of(character) {
            Some(sign) => out.push_str(sign),
            None => out.push(character),
        }
    }
    Cow::Owned(out)
}

fn raised(character: char) -> Option<char> {
    match character {
        '+' => Some('⁺'),
        '-' | '−' | '–' => Some('⁻'),
        '=' => Some('⁼'),
        '(' => Some('⁽'),
        ')' => Some('⁾'),
        'n' => Some('ⁿ'),
        letter if letter.is_ascii_alphabetic() => {
            let at = LETTERS.0.chars().position(|one| one == letter)?;
            LETTERS.1.chars().nth(at)
        }
        // Raised of themselves.
        '°'
        | '′'
        | '″'
        | '®'
        | '™'
        | '℠'
        | '©'
        | 'º'
        | 'ª'
        | '*'
        | '†'
        | '‡'
        | '⁰'..='ⁿ'
        | '¹'
        | '²'
        | '³' => Some(character),
        digit => shifted(digit, "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    }
}

fn shifted(digit: char, forms: &str) -> Option<char> {
    forms.chars().nth(digit.to_digit(10)? as usize)
}

/// Whether raised letters only end what stands before them, as in `21st`, `1er`, `Mme`.
fn reads_on(before: &str, letters: &str) -> bool {
    let is_short = letters.chars().count() <= 4 && letters.chars().all(|c| c.is_alphabetic() || c == '.');
    let endings =
        ["st", "nd", "rd", "th", "er", "re", "ère", "e", "ème", "eme", "me", "es", "os", "as", "ste", "ten"];
    let is_ending = endings.contains(&letters.to_lowercase().as_str());
    is_short && is_ending && before.trim_end().ends_with(|c: char| c.is_numeric() && !is_raised(c))
        || letters == "MC" && before.ends_with(char::is_alphanumeric)
}

/// White space at both ends, and what stands between.
fn edges(text: &str) -> (&str, &str, &str) {
    let bare = text.trim();
    let start = text.len() - text.trim_start().len();
    (&text[..start.min(text.len())], bare, &text[(start + bare.len()).min(text.len())..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_takes_raised_digits_and_anything_else_says_that_it_is_raised() {
        assert_eq!(superscript("10", "6"), "⁶");
        assert_eq!(superscript("10", "-3 "), "⁻³ ");
        assert_eq!(superscript("x", "n"), "ⁿ");
        assert_eq!(superscript("x", "n+1"), "^(n+1)");
        assert_eq!(superscript("x", "ab"), "ᵃᵇ");
        assert_eq!(superscript("x", "max!"), "^(max!)");
        assert_eq!(superscript("25", "a"), "ᵃ");
        assert_eq!(superscript("25", "x"), "ˣ");
        assert_eq!(superscript("A", "T"), "ᵀ");
        assert_eq!(superscript("A", "q"), "^(q)");
        assert_eq!(superscript("x", " "), " ");
        assert_eq!(superscript("2", "2³"), "^(2³)");
        assert_eq!(superscript("m", "²"), "²");
    }

    #[test]
    fn the_ending_of_a_numeral_reads_on() {
        assert_eq!(superscript("the 21", "st"), "st");
        assert_eq!(superscript("x", "st"), "ˢᵗ");
        assert_eq!(superscript("mc²", "a"), "^(a)");
        assert_eq!(superscript("Acme", "TM"), "™");
        assert_eq!(superscript("20", "o"), "º");
        assert_eq!(superscript(" ", "o"), "ᵒ");
        assert_eq!(superscript("Acme", "®"), "®");
    }

    #[test]
    fn bullets_that_say_something_stay_and_others_are_dashes() {
        for plain in ["•", "·", "o", "–", "-", "▪", "➢", "§", "*", "", "❖", "→", "\u{F0B7}", "ü", "v"]
        {
            assert_eq!(bullet(plain), "- ", "{plain}");
        }
        for (sign, expected) in [
            ("✓", "- ✓ "),
            ("✗ ", "- ✗ "),
            ("☐", "- [ ] "),
            ("☒", "- [x] "),
            ("x", "- x "),
            ("+", "- + "),
            ("🚫", "- 🚫 "),
            ("No", "- No "),
            ("Not allowed:", "- Not allowed: "),
            ("禁", "- 禁 "),
        ] {
            assert_eq!(bullet(sign), expected);
        }
    }

    #[test]
    fn struck_text_is_marked_without_its_edges() {
        assert_eq!(struck(" 40 "), " ~~40~~ ");
        assert_eq!(struck("  "), "  ");
    }
}
