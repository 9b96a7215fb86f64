//! Mailboxes as mail programs keep them on a disk.

use twin_export::reason;

use super::workshop::{Workshop, keys, read_one, skipped};

/// An mbox of one message.
fn mbox(id: &str, header: &str) -> String {
    format!(
        "From - Mon Mar  2 09:10:00 2026\n{header}From: Ada <ada@acme.example>\nSubject: {id}\n\
         Message-ID: <{id}@acme.example>\n\nText of {id}.\n\n"
    )
}

#[test]
fn a_profile_of_thunderbird_is_mail_without_what_was_deleted() {
    let workshop = Workshop::new();
    let kept = mbox("kept", "X-Mozilla-Status: 0001\n");
    let inbox = kept + &mbox("deleted", "X-Mozilla-Status: 0009\nX-Mozilla-Status2: 00000000\n");
    let root = workshop.folder(
        "Local Folders",
        &[
            ("Inbox", &inbox),
            ("Inbox.msf", "// <!-- <mdb:mork:z v=\"1.4\"/> -->"),
            ("Inbox.sbd/Projects", &mbox("project", "")),
            ("Drafts", ""),
            ("Junk", &mbox("junk", "")),
            ("Trash", &mbox("trash", "")),
            ("Trash.sbd/Old", &mbox("old", "")),
            ("msgFilterRules.dat", "version=\"9\""),
        ],
    );
    let (documents, summary) = read_one(&root);
    assert_eq!(keys(&documents), ["mail:kept@acme.example", "mail:project@acme.example"]);
    let trash = ["Junk", "Trash", "Trash.sbd/Old"].map(|path| (path, reason::SPAM_OR_TRASH));
    assert!(trash.iter().all(|file| skipped(&summary).contains(file)), "{:?}", summary.skipped);
    // Whoever names it wants it.
    let (documents, _) = read_one(&root.join("Trash"));
    assert_eq!(keys(&documents), ["mail:trash@acme.example"]);
}
