//! Digests: what tells whether a document changed, and whether two texts are the same.

use sha2::{Digest, Sha256};
use twin_sdk::DocumentType;

/// Of a document as it was rendered: its title, type and text. How it is cut into parts has no say.
pub(crate) fn of_rendering(title: &str, document_type: &DocumentType, text: &str) -> String {
    let mut hasher = Sha256::new();
    // Only the title of a backup can hold a line feed: no document comes to read like another by chance.
    for piece in [title, "\n", document_type.as_str(), "\n", text] {
        hasher.update(piece);
    }
    hex::encode(hasher.finalize())
}

/// Of a text as the API may hand it back: white space around it has no say.
pub(crate) fn of_content(text: &str) -> String {
    of_bytes(text.trim().as_bytes())
}

/// Of bytes.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
