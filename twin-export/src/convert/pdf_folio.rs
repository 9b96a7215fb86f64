//! The numbers of pages in running heads and feet.

/// A text in words and numbers.
pub(super) struct Parted {
    pub(super) words: String,
    pub(super) numbers: Vec<u32>,
    /// Which of them may be that of the page.
    pub(super) counters: Vec<bool>,
}

/// A text with `#` for its numbers, and these.
pub(super) fn parted(text: &str) -> Parted {
    let (mut words, mut numbers, mut counters) = (String::new(), Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        words.push_str(&rest[..start]);
        let digits = &rest[start..];
        let len = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        counters.push(may_count(&words, &digits[len..]));
        words.push('#');
        // Nine digits are no number of a page.
        numbers.push(digits[..len].parse().unwrap_or(u32::MAX));
        rest = &digits[len..];
    }
    words.push_str(rest);
    Parted { words, numbers, counters }
}

/// Whether a number is that of a page by what stands around it: nothing, a gap or a sign, or the word for page.
/// `Lesson 3` and `3 Safety` are titles.
fn may_count(before: &str, after: &str) -> bool {
    let says_nothing = |text: &str| !text.contains(|c: char| c.is_alphanumeric() || c == '#');
    let word = before.trim_end_matches([' ', '.', '#', '/']).rsplit(|c: char| !c.is_alphabetic()).next();
    if word.is_some_and(|word| PAGE.contains(&word.to_lowercase().as_str()))
        || before.trim_end().ends_with('第')
        || after.trim_start().starts_with(['页', '頁', 'ペ', '쪽', '페'])
    {
        return true;
    }
    let begins = says_nothing(before)
        || before.ends_with('\t')
        || APART.iter().any(|sign| before.trim_end().ends_with(&format!(" {sign}")));
    let ends = says_nothing(after)
        || after.starts_with(['\t', '/'])
        || OF.iter().chain(&APART).any(|sign| after.trim_start().starts_with(&format!("{sign} ")));
    begins && ends
}

const PAGE: [&str; 27] = [
    "page",
    "pages",
    "pg",
    "p",
    "pp",
    "seite",
    "s",
    "página",
    "pagina",
    "pág",
    "pag",
    "sida",
    "side",
    "sivu",
    "strona",
    "str",
    "strana",
    "oldal",
    "стр",
    "страница",
    "blatt",
    "folio",
    "sayfa",
    "slide",
    "folie",
    "diapositive",
    "diapositiva",
];

/// Between a page's number and what else a line says.
const APART: [&str; 6] = ["|", "-", "–", "—", "·", "•"];

/// Between a page's number and that of the last.
const OF: [&str; 7] = ["of", "von", "de", "di", "sur", "van", "z"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_that_of_a_page_where_it_stands_alone() {
        for (line, counts) in [
            ("12", true),
            ("- 12 -", true),
            ("Page 12", true),
            ("Seite 12", true),
            ("Rules\t12", true),
            ("12 of 40", true),
            ("12/40", true),
            ("Rules | 12 | 2026", true),
            ("Lesson 12", false),
            ("12 Safety", false),
            ("12. Safety", false),
            ("Step 12 of 40", false),
        ] {
            assert_eq!(parted(line).counters[0], counts, "{line}");
        }
    }
}
