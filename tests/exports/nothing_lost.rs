//! What is easily lost, doubled or misnamed: each in the smallest export that shows it.

use twin_export::reason;

use super::workshop::{Workshop, keys, read_one, skipped};

const DATABASE: &str = "Tasks 7c3c10467c3c10467c3c104600000026.csv";
const ROW: &str = "Tasks/Sweep 1a7389f71a7389f71a7389f700000027.md";

#[test]
fn a_row_whose_page_says_more_than_the_table_is_added_to_the_table() {
    let table = "\u{FEFF}Name,Status\nSweep,Done\n";
    let cases = [
        (table, "# Sweep\n\nStatus: Done", 1),
        (table, "# Sweep\n\nStatus: Done\nHidden: precious", 1),
        (table, "# Paint\n\nStatus: Done", 1),
        (table, "# Sweep\n\nStatus: Open", 1),
    ];
    for (table, page, documents) in cases {
        let workshop = Workshop::new();
        let root = workshop.folder("export", &[(DATABASE, table), (ROW, page)]);
        let (read, _) = read_one(&root);
        assert_eq!(read.len(), documents, "{page}");
        let whole: String =
            read.iter().map(|document| format!("{}\n{}\n", document.title, document.text)).collect();
        let says =
            |line: &str| whole.contains(line.trim_start_matches("# ").rsplit(": ").next().unwrap_or(line));
        assert!(page.lines().all(says), "{page}: {whole}");
    }
}

#[test]
fn a_name_that_leads_out_of_its_archive_is_called_unsafe() {
    let workshop = Workshop::new();
    let zip = workshop.zip(
        "names.zip",
        &[("../up.md", b"x"), ("a/../b.md", b"x"), ("dir\\sub\\y.md", b"text"), ("a/c.md", b"# C")],
    );
    let (documents, summary) = read_one(&zip);
    let titles: Vec<_> = documents.iter().map(|document| document.title.as_str()).collect();
    assert_eq!(titles, ["y", "C"]);
    assert_eq!(skipped(&summary), [("../up.md", reason::UNSAFE_NAME), ("a/../b.md", reason::UNSAFE_NAME)]);
}

#[test]
fn notes_in_a_word_document_count_as_they_are_met_and_captions_are_said_once() {
    let workshop = Workshop::new();
    let document = "<w:document><w:body>\
        <w:p><w:r><w:t>One</w:t><w:footnoteReference w:id=\"27\"/><w:t> two</w:t><w:footnoteReference w:id=\"4\"/></w:r></w:p>\
        <w:p><w:r><w:drawing><wp:docPr descr=\"The deck\"/></w:drawing></w:r></w:p>\
        <w:p><w:r><w:t>The deck</w:t></w:r></w:p></w:body></w:document>";
    let notes = "<w:footnotes><w:footnote w:id=\"4\"><w:p><w:r><w:t>second</w:t></w:r></w:p></w:footnote>\
        <w:footnote w:id=\"27\"><w:p><w:r><w:t>first</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let relations = "<Relationships><Relationship Id=\"r\" Type=\"x/footnotes\" Target=\"footnotes.xml\"/></Relationships>";
    let docx = workshop.zip(
        "x.docx",
        &[
            ("word/document.xml", document.as_bytes()),
            ("word/footnotes.xml", notes.as_bytes()),
            ("word/_rels/document.xml.rels", relations.as_bytes()),
        ],
    );
    let (documents, _) = read_one(&docx);
    assert_eq!(documents[0].text, "One[1] two[2]\n\nThe deck\n\n[2] second\n\n[1] first");
}

#[test]
fn a_thread_of_files_without_text_is_skipped_with_every_file_accounted_for() {
    let workshop = Workshop::new();
    let message = "Message-ID: <a@b>\r\nSubject: A\r\nContent-Type: text/html\r\n\r\n<p></p>";
    let zip = workshop.zip("mail.zip", &[("a.eml", message.as_bytes()), ("copy.eml", message.as_bytes())]);
    let (documents, summary) = read_one(&zip);
    assert!(documents.is_empty());
    assert_eq!((summary.files, summary.merged, skipped(&summary).len()), (2, 1, 1));
}

#[test]
fn a_message_without_an_id_keeps_its_key_wherever_it_lies() {
    let message = "From: A <a@example.com>\nSubject: S\n\nSaid so.\n";
    let other = "From b Mon Mar 02 09:30:00 2026\nMessage-ID: <b@example.com>\nSubject: T\n\nText\n\n";
    let alone = format!("From a Mon Mar 02 09:30:00 2026\n{message}");
    let keys: Vec<Vec<String>> = [format!("{alone}\n{other}"), format!("{other}{alone}")]
        .iter()
        .map(|mbox| {
            let workshop = Workshop::new();
            let root = workshop.folder("mail", &[("box.mbox", mbox)]);
            let (documents, _) = read_one(&root);
            let mut keys: Vec<String> = keys(&documents).into_iter().map(str::to_owned).collect();
            keys.sort();
            keys
        })
        .collect();
    assert_eq!(keys[0], keys[1]);
    assert!(keys[0][1].starts_with("mail:sha256-"), "{keys:?}");
}
