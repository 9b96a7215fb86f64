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

/// Whether a label tells nothing of what it links to.
pub(super) fn says_nothing(label: &str) -> bool {
    let label = label.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let empty_words = [
        "",
        "here",
        "link",
        "this",
        "this link",
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
    ];
    empty_words.contains(&label.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_is_an_encoded_file_name_is_decoded() {
        assert_eq!(file_of("Doc%20name.pdf", "T/Doc%2520name.pdf").as_deref(), Some("Doc name.pdf"));
        assert_eq!(file_of("100%25", "T/Doc.pdf"), None);
    }
}
