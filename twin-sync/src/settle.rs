//! Settling a doubt: a look into the knowledge base for what a lost create may have made.

use super::digest;
use super::doubt::{Listing, look};
use super::entry::Doubt;
use super::kb::{Kb, Trouble};
use super::steps::Settled;

/// Looks for the document of a doubtful create among the newest of its type.
pub(crate) async fn settle(kb: &Kb, doubt: &Doubt, owned: impl Fn(&str) -> bool) -> Settled {
    match kb.list(Some(&doubt.document_type)).await {
        Ok(listing) => settle_in(kb, doubt, &listing, owned).await,
        Err(trouble) => unseen(kb, trouble),
    }
}

/// Looks for it in a listing.
pub(crate) async fn settle_in(
    kb: &Kb,
    doubt: &Doubt,
    listing: &Listing,
    owned: impl Fn(&str) -> bool,
) -> Settled {
    let look = look(doubt, listing, &owned);
    for id in look.candidates {
        match kb.content(&id).await {
            Ok(Some(text)) if digest::of_content(&text) == doubt.content && !owned(&id) => {
                return Settled::Made(id);
            }
            Ok(_) => {}
            Err(trouble) => return unseen(kb, trouble),
        }
    }
    if look.conclusive {
        return Settled::Never;
    }
    let newer = listing.documents.len();
    Settled::Open(format!(
        "the response to its creation was lost, and {newer} newer documents of its type hide whether it exists"
    ))
}

fn unseen(kb: &Kb, trouble: Trouble) -> Settled {
    Settled::Open(match trouble {
        Trouble::Stopped => {
            "the response to its creation was lost, and the run stopped before looking for it".into()
        }
        Trouble::Failed(error) => {
            kb.failed(&error);
            format!("the response to its creation was lost, and looking for it failed: {error}")
        }
    })
}
