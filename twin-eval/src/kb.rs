//! [`fingerprint`]: what tells a state of a knowledge base from another.

use sha2::{Digest, Sha256};
use twin_sdk::Twin;

/// Information about a knowledge base.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KnowledgeBase {
    /// Changes with every document that is added, replaced or deleted.
    pub fingerprint: String,
    /// The titles of the documents that the API lists.
    pub titles: Vec<String>,
}

/// Lists the knowledge base and computes its fingerprint. `label` distinguishes the twin from others.
///
/// The fingerprint depends on the IDs of the documents, which are never changed in place. Beyond the limit of
/// 200 listed documents of one type, it only depends on their total number.
///
/// # Errors
/// Whatever keeps the knowledge base from being listed.
pub async fn fingerprint(twin: &Twin, label: &str) -> twin_sdk::Result<KnowledgeBase> {
    let listing = twin.kb().list_all().await?;
    let mut ids: Vec<_> = listing.items.iter().map(|document| document.id.as_str()).collect();
    ids.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(format!("{label}\n{}\n", listing.total));
    ids.iter().for_each(|id| hash.update(format!("{id}\n")));
    let titles = listing.items.iter().map(|document| document.title.clone()).collect();
    Ok(KnowledgeBase { fingerprint: hex::encode(&hash.finalize()[..16]), titles })
}
