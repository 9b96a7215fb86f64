//! What a listing says of a create whose answer was lost. Pure.

use jiff::Timestamp;
use twin_sdk::DocumentType;

use super::entry::Doubt;

/// A document as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) document_type: DocumentType,
    /// Unknown if the API does not tell.
    pub(crate) created_at: Option<Timestamp>,
}

/// The newest documents, of every type or of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// The documents, newest first.
    pub(crate) documents: Vec<Listed>,
    /// How many there are in all.
    pub(crate) total: u64,
}

impl Listing {
    /// Whether every document is in it.
    pub(crate) fn is_whole(&self) -> bool {
        self.total <= self.documents.len() as u64
    }

    /// Whether every document created since then is in it.
    pub(crate) fn reaches_back_to(&self, since: Timestamp) -> bool {
        // A document without a time says nothing of the order.
        let times: Vec<Timestamp> =
            self.documents.iter().filter_map(|document| document.created_at).collect();
        let sorted = times.is_sorted_by(|newer, older| newer >= older);
        self.is_whole() || (sorted && times.last().is_some_and(|oldest| *oldest < since))
    }
}

/// What a listing says of a doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    /// Documents that the create may have made, the oldest first: their content will tell.
    pub(crate) candidates: Vec<String>,
    /// Whether it is none at all, if it is none of these.
    pub(crate) conclusive: bool,
}

/// Looks for what a doubtful create may have made. What is ours already (`owned`), or was there before, is
/// not it.
pub(crate) fn look(doubt: &Doubt, listing: &Listing, owned: impl Fn(&str) -> bool) -> Look {
    let may_be = |document: &&Listed| {
        document.document_type == doubt.document_type
            && document.created_at.is_none_or(|created_at| created_at >= doubt.since)
            && document.title.trim() == doubt.title.trim()
            && !doubt.except.contains(&document.id)
            && !owned(&document.id)
    };
    let candidates = listing.documents.iter().rev().filter(may_be).map(|document| document.id.clone());
    Look { candidates: candidates.collect(), conclusive: listing.reaches_back_to(doubt.since) }
}

#[cfg(test)]
mod tests {
    use super::super::entry::tests::doubt;
    use super::*;

    const SINCE: i64 = 1_000;

    fn listing(total: u64, documents: &[(&str, &str, i64)]) -> Listing {
        let documents = documents.iter().map(|&(id, title, at)| Listed {
            id: id.to_owned(),
            title: title.to_owned(),
            document_type: DocumentType::Note,
            created_at: Some(Timestamp::from_second(at).unwrap()),
        });
        Listing { documents: documents.collect(), total }
    }

    fn candidates(listing: &Listing) -> Vec<String> {
        look(&doubt("h", 0, SINCE), listing, |id| id == "doc_ours").candidates
    }

    #[test]
    fn only_a_new_document_of_the_same_title_that_is_not_ours_can_be_it() {
        let listing = listing(
            6,
            &[
                ("doc_late", "Title", 1_060),
                ("doc_other", "Another", 1_050),
                ("doc_ours", "Title", 1_040),
                ("doc_new", " Title\n", 1_000),
                ("doc_before", "Title", 999),
            ],
        );
        assert_eq!(candidates(&listing), ["doc_new", "doc_late"]);
    }

    #[test]
    fn what_was_there_before_the_attempt_is_not_it_though_no_older_than_its_second() {
        let mut unsure = doubt("h", 0, SINCE);
        unsure.except = vec!["doc_seed".to_owned()];
        let listing = listing(1, &[("doc_seed", "Title", 1_000)]);
        assert!(look(&unsure, &listing, |_| false).candidates.is_empty());
    }

    #[test]
    fn a_document_of_another_type_is_not_it() {
        let mut listing = listing(1, &[("doc_1", "Title", 1_000)]);
        listing.documents[0].document_type = DocumentType::Policy;
        assert!(candidates(&listing).is_empty());
    }

    #[test]
    fn a_listing_settles_the_question_where_it_is_whole_or_reaches_back_past_the_attempt() {
        let settles = |listing: &Listing| look(&doubt("h", 0, SINCE), listing, |_| false).conclusive;
        assert!(settles(&listing(0, &[])));
        assert!(settles(&listing(1, &[("doc_1", "Other", 2_000)])));
        assert!(!settles(&listing(300, &[("doc_1", "Other", 2_000), ("doc_2", "Other", 1_000)])));
        assert!(settles(&listing(300, &[("doc_1", "Other", 2_000), ("doc_2", "Other", 999)])));
        assert!(
            !settles(&listing(
                300,
                &[("doc_1", "Other", 2_000), ("doc_2", "Other", 500), ("doc_3", "Other", 900)]
            )),
            "not newest first"
        );
        assert!(!settles(&listing(300, &[])));
    }
}
