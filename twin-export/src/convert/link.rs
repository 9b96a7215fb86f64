//! What of a link's label and address tells people something.

use super::super::text::percent_decoded;
use super::super::tree::file_name;

/// The name of the file that a label shows percent-encoded, as its address does.
pub(super) fn file_of(label: &str, address: &str) -> Option<String> {
    // In exports the address may be encoded twice.
    let decoded = |path: &str| {
        let once = percent_decoded(file_name(path)).into_owned();
        percent_decoded(&once).into_owned()
    };
    let name = label.contains('%').then(|| decoded(label))?;
    (name != label && name == decoded(address)).then_some(name)
}

/// Where Google's documents really link to.
pub(super) fn redirected(address: &str) -> Option<String> {
    address.strip_prefix("https://www.google.com/url?")?;
    let url = url::Url::parse(address).ok()?;
    url.query_pairs().find(|(name, _)| name == "q").map(|(_, target)| target.into_owned())
}

/// Whom a link writes to or calls: what follows `mailto:`, `tel:` or `sms:`.
pub(super) fn contact(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once(':')?;
    let is_contact = ["mailto", "tel", "sms", "callto"].iter().any(|one| scheme.eq_ignore_ascii_case(one));
    let whom = percent_decoded(rest.split('?').next().unwrap_or(rest)).trim_matches(['/', ' ']).to_owned();
    (is_contact && !whom.is_empty()).then_some(whom)
}

/// Whether it is the mark beside a heading that links to the heading itself, or the way back from a note.
pub(super) fn is_permalink(label: &str, address: &str) -> bool {
    let label = label.trim();
    address.contains('#')
        && !label.is_empty()
        && label.chars().all(|sign| "¶#§🔗⚓↩↑↵⤴⬆^\u{FE0E}\u{FE0F}".contains(sign))
}

/// Whether a label is the address, cut.
pub(super) fn is_cut(label: &str, address: &str) -> bool {
    let bare = |text: &str| {
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        text.strip_prefix("www.").unwrap_or(text).to_lowercase()
    };
    let cut = label.split_once('…').or_else(|| label.split_once("..."));
    cut.is_some_and(|(before, after)| {
        let (before, address) = (bare(before), bare(address));
        before.len() >= 4 && address.starts_with(&before) && address.ends_with(&after.to_lowercase())
    })
}

/// Whether a label tells nothing of what it links to.
pub(super) fn says_nothing(label: &str) -> bool {
    let label = label.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let empty_words = [
        "",
        "here",
        "link",
        "this",
        "this link",
        "this number",
        "this address",
        "this e-mail",
        "this email",
        "this page",
        "this form",
        "email",
        "e-mail",
        "mail",
        "email us",
        "e-mail us",
        "mail us",
        "write us",
        "write to us",
        "contact us",
        "call",
        "call us",
        "phone",
        "click here",
        "see here",
        "read more",
        "more",
        "learn more",
        "url",
        "website",
        "source",
        "hier",
        "ici",
        "aquí",
        "qui",
        "aqui",
        "aici",
        "her",
        "här",
        "tutaj",
        "tu",
        "tady",
        "klik hier",
        "hier klicken",
        "cliquez ici",
        "haz clic aquí",
        "clicca qui",
        "clique aqui",
        "здесь",
        "тут",
        "こちら",
        "ここ",
        "ここをクリック",
        "点击这里",
        "点击此处",
        "这里",
        "此处",
        "按此",
        "여기",
        "هنا",
    ];
    empty_words.contains(&label.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_address_and_whom_a_link_calls_are_told() {
        assert!(is_cut("e.org/very/l…", "https://e.org/very/long/path/x"));
        assert!(is_cut("https://e.org/ve...path/x", "https://www.e.org/very/long/path/x"));
        assert!(!is_cut("More…", "https://e.org/more"));
        assert_eq!(contact("mailto:desk@e.org?subject=Hi").as_deref(), Some("desk@e.org"));
        assert_eq!(contact("tel:+4712345").as_deref(), Some("+4712345"));
        assert_eq!(contact("https://e.org"), None);
    }

    #[test]
    fn the_mark_beside_a_heading_is_no_text() {
        assert!(is_permalink("¶", "#install") && is_permalink(" # ", "page.html#install"));
        assert!(
            !is_permalink("#", "https://x.example") && !is_permalink("#1", "#one") && !is_permalink("", "#a")
        );
    }

    #[test]
    fn a_label_that_is_an_encoded_file_name_is_decoded() {
        assert_eq!(file_of("Doc%20name.pdf", "T/Doc%2520name.pdf").as_deref(), Some("Doc name.pdf"));
        assert_eq!(file_of("100%25", "T/Doc.pdf"), None);
    }
}
