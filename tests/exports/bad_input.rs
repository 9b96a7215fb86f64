//! What a repository cannot hold is made here: links, cut archives, files past the limits.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use twin_export::{Export, Limits, Options, ReadError, reason};

use super::expectation::{fixtures, read};
use super::workshop::{Workshop, keys, read_one, skipped};

#[test]
fn a_path_that_does_not_exist_is_an_error_that_names_it() {
    let error = Export::open(&["nowhere.zip"], &Options::default()).unwrap_err();
    let ReadError::Open { path, .. } = &error else { panic!("{error}") };
    assert_eq!(path, Path::new("nowhere.zip"));
    assert!(error.to_string().starts_with("cannot read nowhere.zip: "), "{error}");
}

#[cfg(unix)]
#[test]
fn links_in_a_folder_are_skipped_and_never_followed() {
    let workshop = Workshop::new();
    let root = workshop.folder("notes", &[("a.md", "# A\n\nText"), ("../secret/b.md", "# B\n\nSecret")]);
    std::os::unix::fs::symlink(workshop.path("secret"), root.join("folder")).unwrap();
    std::os::unix::fs::symlink(workshop.path("secret/b.md"), root.join("file.md")).unwrap();
    std::os::unix::fs::symlink(&root, root.join("circle")).unwrap();
    let (documents, summary) = read_one(&root);
    assert_eq!(keys(&documents), ["folder:notes/a.md"]);
    let links = [("circle", reason::SYMLINK), ("file.md", reason::SYMLINK), ("folder", reason::SYMLINK)];
    assert_eq!(skipped(&summary), links);

    let mail = workshop.folder("mail", &[("a.eml", "Message-ID: <a@x>\nFrom: a@x\nSubject: S\n\nText")]);
    std::os::unix::fs::symlink(workshop.path("secret/b.md"), mail.join("link")).unwrap();
    let (documents, summary) = read_one(&mail);
    assert_eq!((keys(&documents).len(), summary.roots[0].whole), (1, true));
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_utf_8_is_read_all_the_same() {
    use std::os::unix::ffi::OsStrExt;

    let workshop = Workshop::new();
    let root = workshop.folder("notes", &[]);
    fs::write(root.join(std::ffi::OsStr::from_bytes(b"caf\xE9.md")), "Text").unwrap();
    let (documents, _) = read_one(&root);
    assert_eq!(keys(&documents), ["folder:notes/caf\u{FFFD}.md"]);
}

#[test]
fn litter_on_a_disk_is_ignored_and_hidden_files_are_told() {
    let workshop = Workshop::new();
    let files =
        [(".DS_Store", "x"), ("Thumbs.db", "x"), ("a.md", "Text"), (".git/HEAD", "ref"), (".env", "KEY=1")];
    let (documents, summary) = read_one(&workshop.folder("notes", &files));
    assert_eq!(keys(&documents), ["folder:notes/a.md"]);
    assert_eq!(skipped(&summary), [(".env", reason::HIDDEN)]);
}

#[test]
fn decomposed_names_have_composed_keys_and_titles() {
    let workshop = Workshop::new();
    let (documents, _) = read_one(&workshop.folder("notes", &[("Cafe\u{301}.txt", "Text")]));
    assert_eq!((documents[0].key.as_str(), documents[0].title.as_str()), ("folder:notes/Café.txt", "Café"));
}

#[test]
fn a_document_is_never_blank() {
    let workshop = Workshop::new();
    let files = [
        ("a.md", " \n\u{A0}\n"),
        ("b.txt", "\u{200B}\u{FEFF}"),
        ("c.html", "<p> </p>"),
        ("d.csv", ",,\n"),
        ("e.md", ""),
    ];
    let (documents, summary) = read_one(&workshop.folder("notes", &files));
    assert!(documents.is_empty());
    let reasons: Vec<_> = skipped(&summary).into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(reasons, [reason::NO_TEXT, reason::NO_TEXT, reason::NO_TEXT, reason::NO_TEXT, reason::EMPTY]);
}

#[test]
fn a_file_past_the_size_limit_is_skipped_and_not_gone() {
    let workshop = Workshop::new();
    let root = workshop.folder("notes", &[("a.txt", &"x".repeat(2000)), ("b.txt", "Text")]);
    let options = Options { limits: Limits { entry_bytes: 1000, ..Limits::default() }, ..Options::default() };
    let (documents, summary) = read(&[root], &options);
    assert_eq!(keys(&documents), ["folder:notes/b.txt"]);
    assert_eq!(skipped(&summary), [("a.txt", reason::TOO_LARGE)]);
    assert_eq!(summary.unconverted_keys, ["folder:notes/a.txt"]);
}

#[test]
fn what_lies_past_the_runs_limit_is_skipped_and_not_gone() {
    let workshop = Workshop::new();
    let files: Vec<_> = (0..9).map(|n| (format!("{n}.txt"), vec![b'x'; 1000])).collect();
    let files: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let options = Options { limits: Limits { run_bytes: 3000, ..Limits::default() }, ..Options::default() };
    let (documents, summary) = read(&[workshop.zip("notes.zip", &files)], &options);
    assert!(documents.len() < 9 && documents.len() >= 3, "{}", documents.len());
    assert_eq!(documents.len() + summary.skipped.len(), 9);
    assert!(summary.skipped.iter().all(|skipped| skipped.reason == reason::RUN_TOO_LARGE));
    assert_eq!(summary.unconverted_keys.len(), summary.skipped.len());
}

#[test]
fn a_mailbox_past_the_runs_limit_is_skipped_and_none_of_its_messages_is_gone() {
    let workshop = Workshop::new();
    let mbox = "From a@b Mon Mar  2 09:30:00 2026\nMessage-ID: <1@b>\nSubject: One\n\nText\n\n".repeat(50);
    let options = Options { limits: Limits { run_bytes: 3000, ..Limits::default() }, ..Options::default() };
    let (documents, summary) = read(&[workshop.zip("mail.zip", &[("all.mbox", mbox.as_bytes())])], &options);
    assert!(documents.is_empty());
    assert_eq!(skipped(&summary), [("all.mbox", reason::RUN_TOO_LARGE)]);
    assert_eq!(summary.unconverted_keys, ["mail:"]);
}

#[test]
fn a_page_of_notion_past_the_size_limit_is_not_gone_by_the_id_in_its_article() {
    let workshop = Workshop::new();
    let page = format!(
        "<html><body><article id=\"152bb52e-e2b5-8017-9846-fd78b2b60ea9\"><div class=\"page-body\">{}</div></article></body></html>",
        "<p>Text</p>".repeat(200)
    );
    let name = "Home 86ce25c6bb214b4b9e35beed8bc8b821.html";
    let options = Options { limits: Limits { entry_bytes: 1000, ..Limits::default() }, ..Options::default() };
    let (documents, summary) = read(&[workshop.zip("Export.zip", &[(name, page.as_bytes())])], &options);
    assert!(documents.is_empty());
    assert_eq!(skipped(&summary), [(name, reason::TOO_LARGE)]);
    assert_eq!(summary.unconverted_keys, ["notion:152bb52ee2b580179846fd78b2b60ea9"]);
}

#[test]
fn files_past_the_limit_of_their_number_are_skipped_and_not_gone() {
    let workshop = Workshop::new();
    let zip = workshop.zip("notes.zip", &[("a.md", b"A"), ("b.md", b"B"), ("c.md", b"C")]);
    let options = Options { limits: Limits { entries: 2, ..Limits::default() }, ..Options::default() };
    let (documents, summary) = read(&[zip], &options);
    assert_eq!(documents.len(), 2);
    assert_eq!(skipped(&summary), [("c.md", reason::TOO_MANY)]);
    assert_eq!(summary.unconverted_keys, ["folder:notes/c.md"]);
}

#[test]
fn an_archive_within_an_archive_is_not_entered() {
    let workshop = Workshop::new();
    let inner = fs::read(workshop.zip("inner.zip", &[("a.md", b"A")])).unwrap();
    let (documents, summary) = read_one(&workshop.zip("outer.zip", &[("inner.zip", &inner), ("b.md", b"B")]));
    assert_eq!(keys(&documents), ["folder:outer/b.md"]);
    assert_eq!(skipped(&summary), [("inner.zip", reason::NESTED_ARCHIVE)]);
}

#[test]
fn of_a_cut_zip_the_whole_entries_are_read_and_it_does_not_count_as_whole() {
    let workshop = Workshop::new();
    let noise: Vec<u8> =
        (0..5000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 25) as u8 % 64 + 32).collect();
    let zip = workshop.zip("notes.zip", &[("a.md", b"Alpha"), ("b.md", b"Beta"), ("c.md", &noise)]);
    let bytes = fs::read(&zip).unwrap();
    fs::write(&zip, &bytes[..bytes.len() / 2]).unwrap();
    let (documents, summary) = read_one(&zip);
    assert_eq!(keys(&documents), ["folder:notes/a.md", "folder:notes/b.md"]);
    assert_eq!(skipped(&summary), [("c.md", reason::UNREADABLE)]);
    assert!(!summary.roots[0].whole);
}

#[test]
fn a_tar_that_is_cut_between_two_files_does_not_count_as_whole() {
    let workshop = Workshop::new();
    let path = workshop.path("notes.tar");
    // A header, and a block for the text.
    let file = |name: &str, text: &str| {
        let mut header = vec![0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", text.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156..157].copy_from_slice(b"0");
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        header.extend(text.bytes().chain(std::iter::repeat(0)).take(512));
        header
    };
    let cut = [file("a.md", "Alpha"), file("b.md", "Beta")].concat();
    for (end, is_whole) in [(0, false), (1024, true)] {
        fs::write(&path, [cut.clone(), vec![0; end]].concat()).unwrap();
        let (documents, summary) = read_one(&path);
        assert_eq!(keys(&documents), ["folder:notes/a.md", "folder:notes/b.md"]);
        assert_eq!(summary.roots[0].whole, is_whole, "{end}");
    }
}

#[test]
fn entries_that_share_their_bytes_are_not_read_again_and_again() {
    let workshop = Workshop::new();
    let text = "Wanted. ".repeat(1000);
    let zip = workshop.zip("notes.zip", &[("a.md", text.as_bytes())]);
    let bytes = fs::read(&zip).unwrap();
    let directory = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06").unwrap();
    let record = &bytes[directory..end];
    let mut shared = bytes[..directory].to_vec();
    for name in *b"abcd" {
        let mut record = record.to_vec();
        record[46] = name;
        shared.extend(record);
    }
    let mut tail = bytes[end..].to_vec();
    for at in [8, 10] {
        tail[at] = 4;
    }
    tail[12..16].copy_from_slice(&u32::try_from(4 * record.len()).unwrap().to_le_bytes());
    shared.extend(tail);
    fs::write(&zip, shared).unwrap();
    let (documents, summary) = read_one(&zip);
    let read = documents.len();
    assert!((1..4).contains(&read), "{read}");
    assert_eq!(skipped(&summary).len(), 4 - read);
    assert!(skipped(&summary).iter().all(|(_, reason)| *reason == reason::UNREADABLE));
}

#[test]
fn a_damaged_archive_in_the_place_of_an_export_ends_nothing() {
    let workshop = Workshop::new();
    let broken = workshop.path("broken.zip");
    fs::File::create(&broken).unwrap().write_all(b"PK\x03\x04 and then nothing of the kind").unwrap();
    let good = workshop.folder("notes", &[("a.md", "Text")]);
    let (documents, summary) = read(&[broken, good], &Options::default());
    assert_eq!(keys(&documents), ["folder:notes/a.md"]);
    assert!(!summary.roots[0].whole && summary.roots[1].whole);
}

#[test]
fn a_file_that_was_gzipped_alone_is_told_as_unreadable() {
    let workshop = Workshop::new();
    let root = workshop.folder("given", &[]);
    let gzipped =
        b"\x1F\x8B\x08\0\0\0\0\0\x02\xFF\x53\x56\x70\xE4\xE2\x0A\x49\xAD\x28\x01\0\x71\x5A\xA9\x17\x09\0\0\0";
    fs::write(root.join("a.md.gz"), gzipped).unwrap();
    let (documents, summary) = read_one(&root.join("a.md.gz"));
    assert!(documents.is_empty());
    assert_eq!(skipped(&summary), [("a.md.gz", reason::UNREADABLE)]);
}

#[test]
fn the_same_file_twice_is_one_document_and_another_of_its_name_keeps_its_text() {
    let workshop = Workshop::new();
    let one = workshop.folder("x/notes", &[("a.md", "Same"), ("b.md", "One")]);
    let other = workshop.folder("y/notes", &[("a.md", "Same"), ("b.md", "Another")]);
    let (documents, summary) = read(&[one, other], &Options::default());
    assert_eq!(keys(&documents), ["folder:notes/a.md", "folder:notes/b.md", "folder:notes/b.md (2)"]);
    assert_eq!(skipped(&summary), [("a.md", "duplicate of folder:notes/a.md")]);
}

#[test]
fn damaged_files_of_every_kind_end_nothing() {
    let office = ["frame-agreement.docx", "price-list.xlsx", "old-list.xls", "kickoff.pptx", "berries.pdf"]
        .map(|name| format!("office/{name}"));
    let exports = ["notion-html-2023.zip", "mail-eml/multipart.eml", "gate.mbox", "slack-grid.zip"]
        .map(|name| format!("exports/{name}"));
    let workshop = Workshop::new();
    let mut dice = 7u32;
    for source in office.iter().chain(&exports) {
        let whole = fs::read(fixtures().join(source)).unwrap();
        for _ in 0..12 {
            let mut bytes = whole.clone();
            for _ in 0..8 {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = dice as usize % bytes.len();
                bytes[at] ^= 1 << (dice >> 28 & 7);
            }
            bytes.truncate(bytes.len() - (dice as usize >> 8) % (bytes.len() / 4));
            let path = workshop.path(Path::new(source).file_name().unwrap().to_str().unwrap());
            fs::write(&path, bytes).unwrap();
            let (documents, summary) = read_one(&path);
            assert!(
                !documents.is_empty() || !summary.skipped.is_empty() || !summary.roots[0].whole,
                "{source}"
            );
        }
    }
}

/// A workbook whose relations name a table of texts that is not in it.
fn workbook_without_texts(workshop: &Workshop, name: &str, cells: &str) -> PathBuf {
    let of = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{of}/{kind}\" Target=\"{target}\"/>")
    };
    let relations = |inner: String| format!("<Relationships>{inner}</Relationships>");
    let package = relations(relation("r1", "officeDocument", "xl/workbook.xml"));
    let sheet = relation("r1", "worksheet", "worksheets/s.xml");
    let book = relations(sheet + &relation("r2", "sharedStrings", "sharedStrings.xml"));
    let sheets = format!(
        "<workbook xmlns:r=\"{of}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let cells =
        format!("<worksheet><sheetData><row r=\"1\"><c><v>7</v></c>{cells}</row></sheetData></worksheet>");
    workshop.zip(
        name,
        &[
            ("_rels/.rels", package.as_bytes()),
            ("xl/workbook.xml", sheets.as_bytes()),
            ("xl/_rels/workbook.xml.rels", book.as_bytes()),
            ("xl/worksheets/s.xml", cells.as_bytes()),
        ],
    )
}

#[test]
fn a_workbook_without_its_texts_is_told_of_where_a_cell_wants_one() {
    let workshop = Workshop::new();
    let (documents, summary) = read_one(&workbook_without_texts(&workshop, "numbers.xlsx", ""));
    assert_eq!((documents[0].text.as_str(), skipped(&summary)), ("S\n\n7", vec![]));
    let text = "<c t=\"s\"><v>0</v></c>";
    let (documents, summary) = read_one(&workbook_without_texts(&workshop, "texts.xlsx", text));
    assert!(documents[0].text.contains('7'));
    assert_eq!(skipped(&summary), [("texts.xlsx/sharedStrings.xml", reason::CUT_SHORT)]);
}
