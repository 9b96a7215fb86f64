//! Which reader, which files, which types, and what a run says of what it covered.

use std::fs;
use std::ops::ControlFlow;

use twin_export::{Export, Filter, Format, Glob, Options, reason};

use twin_export::DocumentType;

use super::expectation::{fixtures, read};
use super::workshop::{Workshop, keys, skipped};

fn glob(text: &str) -> Glob {
    Glob::new(text).unwrap()
}

#[test]
fn filters_leave_files_out_and_tell_their_keys() {
    let workshop = Workshop::new();
    let root = workshop.folder("notes", &[("hr/a.md", "A"), ("hr/draft.md", "D"), ("it/b.md", "B")]);
    let filter = Filter { include: vec![glob("hr/")], exclude: vec![glob("draft*")] };
    let (documents, summary) = read(&[root], &Options { filter, ..Options::default() });
    assert_eq!(keys(&documents), ["folder:notes/hr/a.md"]);
    assert_eq!(skipped(&summary), [("hr/draft.md", reason::FILTERED), ("it/b.md", reason::FILTERED)]);
    assert_eq!(summary.filtered, ["folder:notes/hr/draft.md", "folder:notes/it/b.md"]);
}

#[test]
fn notion_pages_are_chosen_by_the_path_that_people_see() {
    let filter = Filter { include: vec![glob("Fernhill/Fernhill handbook/Money/**")], ..Filter::default() };
    let (documents, _) = read(&[fixtures().join("handbook.zip")], &Options { filter, ..Options::default() });
    let titles: Vec<_> = documents.iter().map(|document| document.title.as_str()).collect();
    assert_eq!(titles, ["Expense reimbursement policy", "Travel"]);
}

#[test]
fn a_type_is_mapped_then_given_then_the_sources_own() {
    let workshop = Workshop::new();
    let root =
        workshop.folder("notes", &[("sop/a.md", "A"), ("b.md", "B"), ("c.md", "---\ntype: policy\n---\nC")]);
    let kinds = |options: &Options| -> Vec<DocumentType> {
        read(std::slice::from_ref(&root), options)
            .0
            .into_iter()
            .map(|document| document.document_type)
            .collect()
    };
    assert_eq!(kinds(&Options::default()), [DocumentType::Note, DocumentType::Policy, DocumentType::Note]);
    let map = vec![(glob("sop"), DocumentType::Sop)];
    let options = Options { type_map: map, type_override: Some(DocumentType::Email), ..Options::default() };
    assert_eq!(kinds(&options), [DocumentType::Email, DocumentType::Email, DocumentType::Sop]);
}

#[test]
fn a_format_that_is_given_is_not_guessed() {
    let workshop = Workshop::new();
    let root = workshop.folder("Shared", &[("Plans/a.md", "# Plan A\n\nText")]);
    let (documents, summary) = read(&[root], &Options { format: Format::Drive, ..Options::default() });
    assert_eq!(keys(&documents), ["drive:Plans/a.md"]);
    assert_eq!(documents[0].document_type, DocumentType::Drive);
    assert_eq!(summary.roots[0].scope, "drive:");
}

#[test]
fn a_folder_speaks_for_itself_and_a_single_file_for_itself_alone() {
    let workshop = Workshop::new();
    let root = workshop.folder("notes", &[("a.md", "A")]);
    let page = workshop.folder("one", &[("Plan 152bb52ee2b580179846fd78b2b60ea9.md", "# Plan\n\nText")]);
    let page = page.join("Plan 152bb52ee2b580179846fd78b2b60ea9.md");
    let mail = fixtures().join("exports/mail-eml/plain.eml");
    let (documents, summary) = read(&[root.clone(), root.join("a.md"), page, mail], &Options::default());
    let scopes: Vec<_> = summary.roots.iter().map(|root| root.scope.as_str()).collect();
    let own = ["folder:a.md", "notion:152bb52ee2b580179846fd78b2b60ea9", "mail:plain@gate.example"];
    assert_eq!(scopes, [&["folder:notes/"], own.as_slice()].concat());
    assert_eq!(keys(&documents), [&["folder:notes/a.md"], own.as_slice()].concat());
}

#[test]
fn parts_of_one_export_given_side_by_side_are_read_together() {
    let workshop = Workshop::new();
    let id = |n: u8| format!("152bb52ee2b580179846fd78b2b60e{n:02}");
    let base = "Export-d2b14fbf-86de-4508-a1b2-6515ff8d7aab";
    let view = format!("Tasks {}.csv", id(2));
    let one = workshop.zip(&format!("{base}-Part-1.zip"), &[(view.as_str(), b"Name\nA\n")]);
    let table = format!("Tasks {}_all.csv", id(1));
    let two = workshop.zip(&format!("{base}-Part-2.zip"), &[(table.as_str(), b"Name,Who\nA,B\n")]);
    let (documents, summary) = read(&[one, two], &Options::default());
    assert_eq!(keys(&documents), [format!("notion:{}:table", id(1))]);
    assert_eq!(skipped(&summary), [(view.as_str(), reason::LINKED_VIEW)]);
}

#[test]
fn parts_of_one_export_that_were_unpacked_are_read_together() {
    let workshop = Workshop::new();
    let ids = ["0123456789abcdef0123456789abcde1", "0123456789abcdef0123456789abcde2"];
    let [one, two] = [1, 2].map(|part| format!("Export-d2b14fbf-86de-4508-a1b2-6515ff8d7aab-Part-{part}"));
    let files = [
        (format!("{one}/Home {}.md", ids[0]), "# Home\n\nText"),
        (format!("{one}/Tasks {}_all.csv", ids[1]), "Name,Done\nSweep,Yes\n"),
        (format!("{two}/Home {}/list.csv", ids[0]), "Fuse,Amperes\nA,16\n"),
        (format!("{two}/Tasks {}/Sweep {}3.md", ids[1], &ids[1][1..]), "# Sweep\n\nDone: Yes"),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let root = workshop.folder("export", &files);
    let expected = [
        format!("notion:{}", ids[0]),
        format!("notion:{}/list.csv", ids[0]),
        format!("notion:{}:table", ids[1]),
    ];
    let (documents, _) = read(std::slice::from_ref(&root), &Options::default());
    assert_eq!(keys(&documents), expected);
    let (documents, _) = read(&[root.join(one), root.join(two)], &Options::default());
    assert_eq!(keys(&documents), expected);
}

#[test]
fn rows_beside_their_table_are_folded_into_it_where_the_export_has_no_folders() {
    let workshop = Workshop::new();
    let name =
        |title: &str, n: u8, ending: &str| format!("{title} 152bb52ee2b580179846fd78b2b60e{n:02}{ending}");
    let (table, row, page) =
        (name("Tasks", 1, "_all.csv"), name("Ring Bea", 2, ".md"), name("Status report", 3, ".md"));
    let zip = workshop.zip(
        "flat.zip",
        &[
            (table.as_str(), b"\xEF\xBB\xBFName,Status\nRing Bea,Done\n"),
            (row.as_str(), b"# Ring Bea\n\nStatus: Done"),
            (page.as_str(), b"# Status report\n\nStatus: all is well"),
        ],
    );
    let (documents, summary) = read(&[zip], &Options::default());
    let titles: Vec<_> = documents.iter().map(|document| document.title.as_str()).collect();
    assert_eq!(titles, ["Status report", "Tasks"]);
    assert_eq!(summary.merged, 1);
}

#[test]
fn drives_archives_in_a_folder_are_read_as_one_tree() {
    let workshop = Workshop::new();
    let root = workshop.folder("Downloads", &[]);
    for name in ["takeout-20260302T093000Z-001.zip", "takeout-20260302T093000Z-002.zip"] {
        fs::copy(fixtures().join("exports").join(name), root.join(name)).unwrap();
    }
    let (documents, summary) = read(&[root], &Options::default());
    assert_eq!(documents.len(), 10);
    assert!(summary.roots.iter().all(|root| root.reader == Format::Drive && root.whole));
}

#[test]
fn a_sink_that_breaks_ends_the_run() {
    let mut count = 0;
    let export = Export::open(&[fixtures().join("handbook.zip")], &Options::default()).unwrap();
    assert_eq!(export.formats(), [Format::Notion]);
    let summary = export.read(&(), |_| {
        count += 1;
        ControlFlow::Break(())
    });
    assert_eq!(count, 1);
    assert_eq!(summary.unwrap().documents, 1);
}

#[test]
fn the_same_export_reads_the_same_every_time() {
    let paths = [fixtures().join("exports/notion-html-handbook.zip")];
    assert_eq!(read(&paths, &Options::default()).0, read(&paths, &Options::default()).0);
}

#[test]
fn a_takeout_of_mail_speaks_for_mail_alone_and_one_of_both_for_both() {
    let workshop = Workshop::new();
    let mbox = b"From a@b Mon Mar 02 09:30:00 2026\nMessage-ID: <m@x>\nSubject: Gate\n\nShut.\n".as_slice();
    let settings = ("Takeout/Mail/User Settings/Filters.json", b"{}".as_slice());
    let file = ("Takeout/Drive/a.md", b"Text".as_slice());
    let mail = ("Takeout/Mail/All mail.mbox", mbox);
    let scopes = |name: &str, files: &[(&str, &[u8])]| -> Vec<String> {
        let (_, summary) = read(&[workshop.zip(name, files)], &Options::default());
        summary.roots.into_iter().map(|root| root.scope).collect()
    };
    assert_eq!(scopes("takeout-1-001.zip", &[mail, settings]), ["mail:"]);
    assert_eq!(scopes("takeout-2-001.zip", &[mail, settings, file]), ["drive:", "mail:"]);
}

#[test]
fn the_folder_in_which_a_mail_program_keeps_an_mbox_is_mail() {
    let workshop = Workshop::new();
    let mbox = "From a Mon Mar 02 09:30:00 2026\nMessage-ID: <a@x>\nSubject: A\n\nText\n";
    let notes = [("INBOX.mbox/mbox", mbox), ("INBOX.mbox/table_of_contents", "\0"), ("Sent.msf", "// mork")];
    let (documents, summary) = read(&[workshop.folder("mail", &notes)], &Options::default());
    assert_eq!(keys(&documents), ["mail:a@x"]);
    let told = [("INBOX.mbox/table_of_contents", reason::METADATA), ("Sent.msf", reason::METADATA)];
    assert_eq!(skipped(&summary), told);
}
