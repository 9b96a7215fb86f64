//! The knowledge base: documents and the calls on them (`/v1/kb`).

use crate::open_enum::open_enum;

open_enum! {
    /// What kind of text a document is. The API's default is [`DocumentType::Sop`].
    DocumentType {
        /// A standard operating procedure.
        Sop = "sop",
        /// A policy.
        Policy = "policy",
        /// An e-mail or a thread of them.
        Email = "email",
        /// Slack messages.
        Slack = "slack",
        /// A file from Google Drive.
        Drive = "drive",
        /// A note, such as a Notion page.
        Note = "note",
    }
}
