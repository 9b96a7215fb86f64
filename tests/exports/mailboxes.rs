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

#[test]
fn a_message_without_an_id_is_known_by_what_its_sender_wrote() {
    let workshop = Workshop::new();
    let plain =
        "From: Ada <ada@acme.example>\nDate: Mon, 2 Mar 2026 09:10:00 +0000\nSubject: Gate\n\nCode 4471.\n";
    let key = |name: &str, message: &str| {
        let file = workshop
            .folder("mail", &[(name, &format!("From - Mon Mar  2 09:10:00 2026\n{message}\n"))])
            .join(name);
        keys(&read_one(&file).0).join(", ")
    };
    let wanted = key("a.mbox", plain);
    // As it always was: the digest of all of it.
    let digest = "430dfb9225e6b570dbc7c6f9e83702da";
    assert_eq!(wanted, format!("mail:sha256-{digest}"));
    for noted in [
        "Status: RO\n",
        "X-Mozilla-Status: 0001\n",
        "X-Gmail-Labels: Inbox,Work\n",
        "Received: from a\n by b\n",
    ] {
        assert_eq!(key("b.mbox", &format!("{noted}{plain}")), wanted, "{noted}");
    }
    assert_eq!(key("c.mbox", &plain.replace('\n', "\r\n")), wanted);
    assert_ne!(key("d.mbox", &plain.replace("4471", "4472")), wanted);
}

#[test]
fn a_page_saved_as_a_message_is_the_page() {
    let workshop = Workshop::new();
    let page = |date: &str| {
        format!(
            "From: <Saved by Blink>\nSnapshot-Content-Location: https://wiki.example/fuel\nSubject: Fuel\nDate: {date}\n\
             MIME-Version: 1.0\nContent-Type: multipart/related; type=\"text/html\"; boundary=\"b\"\n\n--b\n\
             Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<title>Fuel =C3=A5r</title><p>Diesel only.\n\
             --b\nContent-Type: text/css\nContent-Location: cid:css@mhtml.blink\n\np {{ color: red }}\n--b--\n"
        )
    };
    let file = |name: &str, date: &str| {
        let folder = workshop.folder(name, &[("fuel.mhtml", &page(date)), ("a.md", "Hello")]);
        read_one(&folder).0.into_iter().find(|document| document.path.ends_with("fuel.mhtml")).unwrap()
    };
    let first = file("first", "Tue, 3 Jun 2025 08:15:00 -0000");
    assert_eq!((first.title.as_str(), first.text.as_str()), ("Fuel \u{e5}r", "Diesel only."));
    assert_eq!(file("second", "Wed, 4 Jun 2025 08:15:00 -0000").text, first.text);
}
