//! Maildirs: a folder for each mailbox, with a file for each message in `cur` and `new`.

use super::super::tree::{file_name, folder_of};
use super::is_unwanted_mailbox;

/// Whether a file is a message of a Maildir, by where it lies.
pub(crate) fn is_message(path: &str) -> bool {
    matches!(file_name(folder_of(path)), "cur" | "new") && !is_note(path)
}

/// What servers note beside the messages, and messages that are not delivered yet.
pub(crate) fn is_note(path: &str) -> bool {
    let name = file_name(path);
    let begins = ["dovecot", "maildir", "courier", "subscriptions", ".uidvalidity", ".nfs"];
    begins.iter().any(|begin| name.starts_with(begin)) || file_name(folder_of(path)) == "tmp"
}

/// In a mailbox for what is not wanted, or marked to be deleted.
pub(super) fn is_unwanted(path: &str) -> bool {
    let mailbox = file_name(folder_of(folder_of(path)));
    let is_out = mailbox.split('.').any(is_unwanted_mailbox);
    is_message(path) && (is_out || has_flag(path, 'T'))
}

/// Whether a message lies in a mailbox for drafts, or is marked as one.
#[cfg(feature = "mail")]
pub(super) fn is_draft(path: &str) -> bool {
    use super::super::convert::mail::is_drafts;
    use super::super::tree::stem;
    let folders = folder_of(path).split('/').flat_map(|folder| folder.split('.'));
    folders.chain([stem(file_name(path))]).any(is_drafts) || (is_message(path) && has_flag(path, 'D'))
}

fn has_flag(path: &str, flag: char) -> bool {
    // Systems that allow no colon in names use other marks.
    let flags = [":2,", ";2,", "!2,", "_2,"].iter().find_map(|mark| file_name(path).rsplit_once(mark));
    flags.is_some_and(|(_, flags)| flags.contains(flag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_known_by_their_folder() {
        assert!(is_message("Mail/cur/1772443800.M1P2.host:2,S"));
        assert!(is_message("new/1772443801.M1P2.host"));
        assert!(!is_message("Mail/tmp/1772443801.M1P2.host") && is_note("Mail/tmp/1772443801.M1P2.host"));
        assert!(is_note("Mail/dovecot-uidlist") && !is_message("Mail/notes.txt"));
    }

    #[test]
    fn trash_and_deleted_messages_are_unwanted() {
        assert!(is_unwanted(".Trash/cur/1.M1P2.host:2,S"));
        assert!(is_unwanted(".INBOX.Spam/new/1.host") && is_unwanted("cur/1.host:2,ST"));
        assert!(
            is_draft("cur/1.host:2,DS") && is_draft(".Drafts/cur/1.host") && is_draft("Mail/Entwürfe.mbox")
        );
        #[cfg(feature = "mail")]
        assert!(!is_draft("cur/1.D.host:2,S") && !is_draft("Inbox/new/2.host"));
        assert!(!is_unwanted("cur/1.host:2,S") && !is_unwanted(".Sent/cur/1.Trash:2,S"));
    }
}
