//! What a file holds beside its text: parts that could not be read or are not to be, and what is to be said of it once.

use serde::{Deserialize, Serialize};

/// What is left out of a file's text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Aside {
    /// Parts such as a sheet or a slide, by name, each with the reason why it is not in the text.
    pub(crate) parts: Vec<(String, String)>,
    /// What to say of the file once; see [`crate::remark`].
    pub(crate) remarks: Vec<String>,
}

/// A file of very many parts names this many of them.
const MOST_PARTS: usize = 1_000;

impl Aside {
    /// Names a part that is not in the text.
    pub(crate) fn skip(&mut self, part: impl Into<String>, reason: &str) {
        let named = (part.into(), reason.to_owned());
        if self.parts.len() < MOST_PARTS && !self.parts.contains(&named) {
            self.parts.push(named);
        }
    }

    /// Says something of the file, once.
    pub(crate) fn remark(&mut self, remark: &str) {
        if !self.remarks.iter().any(|one| one == remark) {
            self.remarks.push(remark.to_owned());
        }
    }
}
