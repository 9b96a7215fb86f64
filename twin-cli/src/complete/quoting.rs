//! Words of a command line as POSIX shells quote them.

/// How a word is quoted where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Quote {
    #[default]
    None,
    Single,
    Double,
}

/// The last word of a line, which is being typed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Typed {
    /// The word without its quotes.
    pub(super) word: String,
    pub(super) quote: Quote,
    /// Where in the word the piece begins that the shell replaces.
    pub(super) replaced_from: usize,
}

/// The words of a line, and the one being typed, which a shell breaks at `breaks` as well.
pub(super) fn words(line: &str, breaks: &str) -> (Vec<String>, Typed) {
    let (mut done, mut typed, mut is_begun) = (Vec::new(), Typed::default(), false);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (typed.quote, c) {
            (Quote::None, c) if c.is_whitespace() => {
                if std::mem::take(&mut is_begun) {
                    done.push(std::mem::take(&mut typed).word);
                }
                continue;
            }
            (Quote::None, '\'') => (typed.quote, typed.replaced_from) = (Quote::Single, typed.word.len()),
            (Quote::None, '"') => (typed.quote, typed.replaced_from) = (Quote::Double, typed.word.len()),
            (Quote::Single, '\'') | (Quote::Double, '"') => {
                (typed.quote, typed.replaced_from) = (Quote::None, 0);
            }
            (Quote::None | Quote::Double, '\\') => typed.word.extend(chars.next()),
            (quote, c) => {
                typed.word.push(c);
                if quote == Quote::None && breaks.contains(c) {
                    typed.replaced_from = typed.word.len();
                }
            }
        }
        is_begun = true;
    }
    (done, typed)
}

/// A word without its quotes, whole or not.
pub(super) fn unquoted(word: &str) -> String {
    let (mut done, typed) = words(word, "");
    done.push(typed.word);
    done.join(" ")
}

/// The rest of a word, so that a shell reads it as it is.
pub(super) fn quoted(rest: &str, quote: Quote) -> String {
    let is_special = |c: char| match quote {
        Quote::None => c.is_ascii() && !c.is_ascii_alphanumeric() && !"_-./,+@%:=".contains(c),
        Quote::Double => "\"\\$`".contains(c),
        // Nothing can be said of a quote within such quotes.
        Quote::Single => false,
    };
    let mut text = String::with_capacity(rest.len());
    for c in rest.chars() {
        if is_special(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_word_being_typed_is_told_with_its_quote_and_the_piece_that_is_replaced() {
        let typed = |line| words(line, ":=").1;
        let is = |word: &str, quote, replaced_from| Typed { word: word.into(), quote, replaced_from };
        assert_eq!(typed("twin kb get "), is("", Quote::None, 0));
        assert_eq!(typed(r"twin kb get Expense\ po"), is("Expense po", Quote::None, 0));
        assert_eq!(typed("twin kb get 'Expense po"), is("Expense po", Quote::Single, 0));
        assert_eq!(typed("twin kb get \"Expense po"), is("Expense po", Quote::Double, 0));
        assert_eq!(typed("twin kb get folder:wi"), is("folder:wi", Quote::None, 7));
        assert_eq!(words("twin 'kb' get x", "").0, ["twin", "kb", "get"]);
    }

    proptest! {
        #[test]
        fn a_quoted_word_reads_as_it_was(word in "[^\n]{1,20}") {
            for quote in [Quote::None, Quote::Double] {
                let mark = if quote == Quote::Double { "\"" } else { "" };
                let line = format!("x {mark}{}", quoted(&word, quote));
                // What is no ASCII is no special sign, blanks of other scripts aside.
                prop_assume!(quote == Quote::Double || !word.chars().any(|c| !c.is_ascii() && c.is_whitespace()));
                prop_assert_eq!(words(&line, "").1.word, word.as_str());
            }
        }
    }
}
