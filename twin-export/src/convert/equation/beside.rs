//! What keeps the parts of an equation apart that stand beside one another.

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
}

impl Ending {
    /// The ending of an element by its name and what it says; others end as what is in them does.
    pub(super) fn of(name: &str, said: &str, inner: Self) -> Self {
        match name {
            "f" => Self::Fraction,
            "rad" if !said.ends_with(')') => Self::Root,
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

/// Whether the last word has several letters, as `sin` has.
fn names_function(text: &str) -> bool {
    text.chars().rev().take_while(|c| c.is_alphabetic()).count() > 1
}

/// The lines of an equation in one; a line that goes on with a sign is the same equation.
pub(super) fn in_a_line(equation: &str) -> String {
    let mut out = String::new();
    for line in equation.split('\n').map(str::trim).filter(|line| !line.is_empty()) {
        let is_sign = |c: char| "+-−±=<>≤≥≈·×/,;".contains(c);
        if !out.is_empty() {
            out.push_str(if out.ends_with(is_sign) || line.starts_with(is_sign) { " " } else { "; " });
        }
        out.push_str(line);
    }
    if equation.contains('\n') { out } else { equation.to_owned() }
}
