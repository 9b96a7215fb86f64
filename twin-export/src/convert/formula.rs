//! What equations of office files and formulas of pages have in common: which of their parts are in brackets, and what
//! keeps those apart that stand beside one another.

use super::signs;

/// How a text ends, as far as it matters for what stands behind it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Ending {
    #[default]
    Plain,
    Fraction,
    /// A root of a number, without brackets.
    Root,
    /// An index of digits.
    Index,
    /// A function with a power or an index, as `log2` and `sin²`.
    Function,
}

impl Ending {
    /// The ending of an element by its name and what it says; others end as what is in them does.
    pub(super) fn of(name: &str, said: &str, inner: Self) -> Self {
        match name {
            "f" => Self::Fraction,
            "rad" if !said.ends_with(')') => Self::Root,
            "sSub" | "sSup" | "sSubSup" if is_of_function(said) => Self::Function,
            "sSub" if said.ends_with(|c: char| c.is_ascii_digit()) => Self::Index,
            "box" | "borderBox" | "oMath" | "argPr" => inner,
            _ => Self::Plain,
        }
    }
}

/// The sign between a text and the element behind it: none where they are read apart anyway.
pub(super) fn beside(before: &str, ending: Ending, name: &str, said: &str) -> &'static str {
    let (Some(last), Some(first)) = (before.chars().next_back(), said.chars().next()) else { return "" };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '√' | '∛' | '∜');
    let begins_word = is_word(first) || first == '(';
    let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    match ending {
        Ending::Fraction if begins_word => return "·",
        Ending::Root if first.is_alphanumeric() => return "·",
        Ending::Index if first.is_ascii_digit() => return "·",
        Ending::Function if is_word(first) => return " ",
        _ => {}
    }
    match name {
        "f" if last.is_ascii_digit()
            && said.split_once('/').is_some_and(|(a, b)| is_number(a) && is_number(b)) =>
        {
            " "
        }
        "f" if names_function(before) => " ",
        "f" if is_word(last) || matches!(last, ')' | ']') => "·",
        // What is raised before its base is no power of what stands before.
        "sPre" if is_word(last) || last == ')' => " ",
        _ => "",
    }
}

/// Functions that are named by several letters.
const FUNCTIONS: [&str; 26] = [
    "log", "lg", "ln", "lb", "ld", "exp", "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh",
    "coth", "arcsin", "arccos", "arctan", "lim", "max", "min", "sup", "inf", "arg", "det",
];

/// Whether a function has a short index or a power.
fn is_of_function(said: &str) -> bool {
    let added = |name: &&str| said.strip_prefix(*name).map_or(0, |rest| rest.chars().count());
    FUNCTIONS.iter().any(|name| matches!(added(name), 1..=3))
}

/// Whether a text ends with the name of a function.
pub(super) fn ends_with_function(text: &str) -> bool {
    let start = text
        .rfind(|c: char| !c.is_alphabetic())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    FUNCTIONS.contains(&&text[start..])
}

/// Whether the last word has several letters, as `sin` has.
fn names_function(text: &str) -> bool {
    text.chars().rev().take_while(|c| c.is_alphabetic()).count() > 1
}

/// In brackets where it would be torn apart above a stroke.
pub(super) fn above(text: &str) -> String {
    let is_one = text.chars().all(|c| c.is_alphanumeric() || "·.,'′".contains(c)) || is_bracketed(text);
    if is_one { text.to_owned() } else { format!("({text})") }
}

/// In brackets where it would be torn apart below a stroke: `1/(2x)`, `a/(bc)`; a unit, a word and the `dx` of a derivative
/// are one.
pub(super) fn below(text: &str) -> String {
    let digits = text.chars().all(|c| c.is_numeric() || ".,".contains(c));
    let is_word = || {
        let letters = text.chars().count();
        let is_derivative = letters == 2 && text.starts_with(['d', '∂']);
        let is_one = letters != 2 && letters != 3 || is_derivative || UNITS.contains(&text);
        is_one && text.chars().all(|c| c.is_alphabetic() || c == '∂')
    };
    if digits || is_word() || is_bracketed(text) { text.to_owned() } else { format!("({text})") }
}

/// Units of two and three letters, which otherwise are factors beside one another.
const UNITS: [&str; 36] = [
    "km", "cm", "mm", "nm", "dm", "kg", "mg", "ng", "ml", "mL", "dl", "hl", "ms", "ns", "Pa", "Hz", "kW",
    "MW", "Wh", "kN", "eV", "mA", "kV", "mV", "GB", "MB", "kB", "min", "sec", "mol", "kPa", "MPa", "kHz",
    "MHz", "kWh", "day",
];

pub(super) fn is_raised(character: char) -> bool {
    signs::is_raised(character) || character == '^'
}

pub(super) fn raised(text: &str) -> String {
    match text {
        "" => String::new(),
        _ if text.contains(is_raised) => format!("^({})", bare(text)),
        "′" | "″" | "'" | "*" | "°" => text.to_owned(),
        _ => signs::superscript("", bare(text)),
    }
}

/// Without brackets around all of it.
pub(super) fn bare(text: &str) -> &str {
    if is_bracketed(text) && text.starts_with('(') { &text[1..text.len() - 1] } else { text }
}

/// Whether brackets around it belong together.
pub(super) fn is_bracketed(text: &str) -> bool {
    let ends = [('(', ')'), ('[', ']'), ('{', '}'), ('|', '|')];
    let Some((open, close)) = ends.into_iter().find(|(open, _)| text.starts_with(*open)) else {
        return false;
    };
    if !text.ends_with(close) || text.len() < 2 {
        return false;
    }
    let mut depth = 0i32;
    for (at, sign) in text.char_indices() {
        if open == close {
            continue;
        }
        depth += i32::from(sign == open) - i32::from(sign == close);
        if depth == 0 {
            return at + 1 == text.len();
        }
    }
    open == close
}

/// Up to where a sum goes.
pub(super) fn limit(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() { String::new() } else { format!("^({})", bare(text)) }
}

/// From where a sum goes.
pub(super) fn from(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() { String::new() } else { format!("_({})", bare(text)) }
}

/// A sign over another: an accent on a letter, or a limit.
pub(super) fn over(base: &str, sign: &str) -> String {
    let accent = match sign {
        "^" | "ˆ" | "\u{302}" => '\u{302}',
        "¯" | "‾" | "−" | "_" | "\u{304}" | "\u{305}" => '\u{304}',
        "~" | "˜" | "\u{303}" => '\u{303}',
        "→" | "\u{20D7}" => '\u{20D7}',
        "." | "˙" => '\u{307}',
        ".." | "¨" => '\u{308}',
        "⏞" => return base.to_owned(),
        _ => return format!("{base}{}", limit(sign)),
    };
    if base.chars().count() == 1 { format!("{base}{accent}") } else { format!("{base}{sign}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_below_a_stroke_are_in_brackets() {
        let read = ["bc", "2x", "b", "42", "km", "time", "dx", "∂t", "(a+b)"].map(below);
        assert_eq!(read, ["(bc)", "(2x)", "b", "42", "km", "time", "dx", "∂t", "(a+b)"]);
    }
}
