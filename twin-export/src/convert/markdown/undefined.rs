//! Links that are defined nowhere.

use pulldown_cmark::{BrokenLink, CowStr, LinkType};

/// A link whose address stands in no definition: `[the form][form]` reads as its label. What only looks like one,
/// such as `[i][j]`, stays.
pub(super) fn label_of<'m>(markdown: &str, link: &BrokenLink<'_>) -> Option<(CowStr<'m>, CowStr<'m>)> {
    let is_link = matches!(link.link_type, LinkType::Reference | LinkType::Collapsed);
    let label = markdown.get(link.span.clone())?.strip_prefix('[')?.split(']').next()?;
    let is_label = label.chars().filter(|letter| letter.is_alphabetic()).count() > 2;
    let is_within_word = markdown[..link.span.start].ends_with(|c: char| c.is_alphanumeric() || c == ']');
    (is_link && is_label && !is_within_word).then_some(("".into(), "".into()))
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, to_text};

    #[test]
    fn a_link_without_an_address_reads_as_its_label() {
        let text = to_text(
            "See [the form][form], [one][1] and [this page][]; a[i][j] = [x][y].\n\n[1]: https://x.example/",
            Dialect::Common,
        )
        .1;
        assert_eq!(text, "See the form, one and this page; a[i][j] = [x][y].");
    }
}
