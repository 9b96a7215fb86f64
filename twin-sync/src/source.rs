//! A source: a document as it was handed over, as far as planning needs it.

use twin_sdk::DocumentType;

use super::spool::Slot;

/// A document that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) document_type: DocumentType,
    /// The digest of the rendering.
    pub(crate) hash: String,
    /// The digest of the bytes it came from.
    pub(crate) source: String,
    pub(crate) converter: String,
    /// Where it is in the export, for people.
    pub(crate) path: String,
    /// The length of its text.
    pub(crate) bytes: usize,
    /// How many documents of the knowledge base it becomes.
    pub(crate) parts: usize,
    /// Where its text is, where it may be needed.
    pub(crate) slot: Option<Slot>,
}

#[cfg(test)]
impl Source {
    /// A document whose text is not needed.
    pub(crate) fn plain(
        key: &str,
        title: &str,
        document_type: DocumentType,
        hash: &str,
        source: &str,
        converter: &str,
        parts: usize,
    ) -> Self {
        let [key, title, hash, source, converter] = [key, title, hash, source, converter].map(str::to_owned);
        Self {
            path: key.clone(),
            key,
            title,
            document_type,
            hash,
            source,
            converter,
            bytes: 0,
            parts,
            slot: None,
        }
    }
}
