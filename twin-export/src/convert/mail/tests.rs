//! Messages as text.

use super::*;

#[test]
fn html_is_read_where_the_plain_text_is_blank() {
    let mail = "Subject: S\r\nFrom: A <a@x>\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Said</p>\r\n--b--\r\n";
    let letter = letter(mail.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(letter.body, "Said");
}

#[test]
fn text_beside_the_body_is_read_unless_it_is_a_file() {
    let mail = |head: &str, body: &str| {
        let mail = format!("Subject: S\r\nFrom: A <a@x>\r\n{head}\r\n\r\n{body}");
        letter(mail.as_bytes(), &Limits::default()).unwrap().body
    };
    let mixed = "Content-Type: multipart/mixed; boundary=b";
    let with = |disposition: &str| {
        mail(
            mixed,
            &format!(
                "--b\r\n\r\nBody\r\n--b\r\nContent-Type: text/plain; name=n.txt\r\n{disposition}\r\nNote\r\n--b--\r\n"
            ),
        )
    };
    assert_eq!(with("Content-Disposition: inline; filename=n.txt\r\n"), "Body\n\nNote");
    assert_eq!(with(""), "Body\n\nNote");
    assert_eq!(with("Content-Disposition: attachment; filename=n.txt\r\n"), "Body");
    // Old programs leave out the second word, or the parts that they promise.
    assert_eq!(mail("Content-Type: text; charset=us-ascii", "Said"), "Said");
    assert_eq!(mail(mixed, "Said without parts"), "Said without parts");
    assert_eq!(mail(mixed, "--c\r\nContent-Type: text/html\r\n\r\n<p>x"), "x");
}

#[test]
fn letters_of_an_unnamed_encoding_are_guessed() {
    let mail = |head: &str, body: &[u8]| {
        let mail = [b"Subject: S\r\nFrom: A <a@x>\r\n", head.as_bytes(), b"\r\n", body].concat();
        letter(&mail, &Limits::default()).unwrap().body
    };
    assert_eq!(mail("", b"Caf\xE9 cr\xE8me"), "Café crème");
    assert_eq!(mail("Content-Type: text/plain; charset=x-unknown\r\n", b"Caf\xE9 cr\xE8me"), "Café crème");
    assert_eq!(mail("Content-Transfer-Encoding: quoted-printable\r\n", b"Caf=E9 cr=E8me"), "Café crème");
    assert_eq!(mail("Content-Type: text/html\r\n", b"<p>Caf\xE9 cr\xE8me</p>"), "Café crème");
    assert_eq!(mail("", b"Caf\xC3\xA9 \xE8"), "Café è");
}

#[test]
fn what_is_forwarded_says_who_wrote_what_and_when() {
    let mail = "Subject: Fwd\r\nFrom: A <a@x>\r\nContent-Type: multipart/digest; boundary=b\r\n\r\n\
        --b\r\n\r\nSubject: One\r\nFrom: B <b@x>\r\nDate: Mon, 2 Mar 2026 09:32:00 +0000\r\n\r\nFirst\r\n\
        --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Two\r\n\r\nSecond\r\n--b--\r\n";
    let letter = letter(mail.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(
        letter.body,
        "From: B\nSubject: One\nDate: 2026-03-02 09:32\n\nFirst\n\nSubject: Two\n\nSecond"
    );
    assert!(letter.attached.is_empty());
}

#[test]
fn a_message_of_endless_headers_or_parts_is_refused() {
    for text in ["To: a@b\n".repeat(100_000), "--b\n\nx\n".repeat(100_000)] {
        assert_eq!(letter(text.as_bytes(), &Limits::default()).unwrap_err(), reason::TOO_LARGE);
    }
}

#[test]
fn an_envelope_names_the_messages_it_answers() {
    let head = b"Message-ID: <c@x>\r\nReferences: <a@x>\r\n <b@x>\r\nIn-Reply-To: <b@x>\r\nX-GM-THRID: 17\r\nX-Gmail-Labels: =?UTF-8?Q?Posteingang,Wichtig=C3=A9?=\r\n\r\n";
    let envelope = envelope(head).unwrap();
    assert_eq!(envelope.id.as_deref(), Some("c@x"));
    assert_eq!(envelope.references, ["a@x", "b@x", "b@x"]);
    assert_eq!(envelope.thread.as_deref(), Some("17"));
    assert_eq!(envelope.labels, "Posteingang,Wichtigé");
}

#[test]
fn what_a_reply_quotes_is_marked() {
    let html = |html: &str| {
        let mail = format!("Subject: S\r\nFrom: A <a@x>\r\nContent-Type: text/html\r\n\r\n{html}");
        letter(mail.as_bytes(), &Limits::default()).unwrap().body
    };
    assert_eq!(
        html(
            "<p>Yes.</p><blockquote type=cite><p>Blue?</p><blockquote>Green?</blockquote></blockquote><p>Also red.</p>"
        ),
        "Yes.\n\n> Blue?\n>\n> > Green?\n\nAlso red."
    );
    assert_eq!(
        html("<blockquote style='margin:0 0 0 40px;border:none;padding:0'>Moved in</blockquote>"),
        "Moved in"
    );
}

#[test]
fn headers_of_a_message_that_came_back_are_told() {
    let mail = b"Subject: S\r\nFrom: A <a@x>\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nLost.\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: Ann <ann@x>\r\nSubject: Original\r\n--b--\r\n";
    assert_eq!(letter(mail, &Limits::default()).unwrap().body, "Lost.\n\nFrom: Ann\nSubject: Original");
}

#[test]
fn what_is_packed_is_read_as_far_as_it_goes() {
    let read = |head: &str, body: &str| {
        let mail = format!("Subject: S\r\nFrom: A <a@x>\r\n{head}\r\n\r\n{body}");
        let letter = letter(mail.as_bytes(), &Limits::default()).unwrap();
        (letter.body, letter.aside.parts)
    };
    let cut = |part: &str| vec![(part.to_owned(), reason::CUT_SHORT.to_owned())];
    let packed = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64";
    // "Café at nine", filled up and not.
    assert_eq!(read(packed, "Q2Fmw6kgYXQgbmluZS4=\r\n"), ("Café at nine.".to_owned(), Vec::new()));
    assert_eq!(read(packed, "Q2Fmw6kgYXQgbmluZS4"), ("Café at nine.".to_owned(), cut("text")));
    assert_eq!(read(packed, "Q2Fmw6kgYXQ\r\ngbml"), ("Café at ni".to_owned(), cut("text")));
    // The message ends within the part.
    let mixed = "Content-Type: multipart/mixed; boundary=b";
    let body = format!("--b\r\n{packed}\r\n\r\nQ2Fmw6kgYXQgbmlu\r\n");
    assert_eq!(read(mixed, &body), ("Café at nin".to_owned(), cut("text")));
    let file = "--b\r\n\r\nHi\r\n--b\r\nContent-Type: application/x; name=n.txt\r\nContent-Disposition: attachment; filename=n.txt\r\nContent-Transfer-Encoding: base64\r\n\r\nQ2Fmw6kgYX\r\n--b--\r\n";
    assert_eq!(read(mixed, file), ("Hi".to_owned(), cut("n.txt")));
    // Words under a label that lies.
    assert_eq!(read(packed, "Come at nine,\r\nor ten"), ("Come at nine,\r\nor ten".to_owned(), Vec::new()));
}

#[test]
fn utf_7_is_read() {
    let mail = b"Subject: =?utf-7?Q?Caf+AOk-?=\r\nFrom: A <a@x>\r\nContent-Type: text/plain; charset=UTF-7\r\n\r\nK+APw-hl, 2 +- 3, +AKM-5.";
    let letter = letter(mail, &Limits::default()).unwrap();
    assert_eq!((letter.subject.as_str(), letter.body.as_str()), ("Café", "Kühl, 2 + 3, £5."));
}

#[test]
fn what_was_not_sent_and_what_is_not_sure_is_told() {
    for head in
        ["X-Unsent: 1", "X-Mozilla-Draft-Info: internal/draft", "X-Gmail-Labels: Entw\u{fc}rfe,Opened"]
    {
        let mail = format!("{head}\r\nSubject: S\r\nFrom: A <a@x>\r\n\r\nHi");
        let letter = letter(mail.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(letter.text(&letter.body), "A (draft, not sent):\nHi");
    }
    let event = |kind: &str, lines: &str| {
        let calendar = format!(
            "BEGIN:VCALENDAR\r\nBEGIN:{kind}\r\nSUMMARY:Plan\r\n{lines}END:{kind}\r\nEND:VCALENDAR\r\n"
        );
        calendar::told(&calendar)
    };
    assert_eq!(event("VEVENT", "STATUS:TENTATIVE\r\n"), "Event: Plan\nStatus: tentative");
    assert_eq!(event("VEVENT", "STATUS:CONFIRMED\r\n"), "Event: Plan");
    assert_eq!(event("VEVENT", "STATUS:CANCELLED\r\n"), "Cancelled: Plan");
    assert_eq!(
        event("VTODO", "STATUS:IN-PROCESS\r\nPERCENT-COMPLETE:40\r\n"),
        "Task: Plan\nStatus: in process, 40 %"
    );
}

#[test]
fn files_in_the_text_and_signs_of_enriched_text_are_read() {
    let mail = "From: A <a@x>\n\nSee.\n\nbegin 644 note.txt\n?5&AE('-P87)E(&ME>2!I<R!A=\"!T:&4@:VEO<VLN\"@\n`\nend\n";
    let read = letter(mail.as_bytes(), &Limits::default()).unwrap();
    assert_eq!((read.body.as_str(), read.attached[0].name.as_str()), ("See.", "note.txt"));
    let enriched = "From: A <a@x>\nContent-Type: text/enriched\n\n<bold>Door</bold> is 9921, <<not a tag>.";
    assert_eq!(letter(enriched.as_bytes(), &Limits::default()).unwrap().body, "Door is 9921, <not a tag>.");
}
