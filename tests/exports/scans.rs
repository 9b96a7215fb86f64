//! Pictures and scanned pages, read by another program.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use twin_export::{OcrCommand, Options, Summary, reason};

use super::expectation::{fixtures, read};
use super::workshop::{Workshop, keys, read_one, skipped};

const PICTURE: &[u8] = b"\x89PNG\r\n\x1A\n and so on";

/// A folder of a scanned PDF, a PDF with text, a picture and a note.
fn folder(workshop: &Workshop) -> std::path::PathBuf {
    let root = workshop.folder("notes", &[("a.md", "Text"), ("song.mp3", "ID3")]);
    fs::write(root.join("plan.png"), PICTURE).unwrap();
    fs::copy(fixtures().join("office/scanned.pdf"), root.join("scan.pdf")).unwrap();
    fs::copy(fixtures().join("office/berries.pdf"), root.join("text.pdf")).unwrap();
    root
}

/// A program of this script.
fn program(workshop: &Workshop, script: &str) -> OcrCommand {
    let path = workshop.path("ocr");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    OcrCommand::parse(&format!("'{}' {{}} -", path.display())).unwrap()
}

fn options(ocr: OcrCommand) -> Options {
    Options { ocr: Some(ocr), ..Options::default() }
}

fn reasons(summary: &Summary) -> Vec<(&str, &str)> {
    skipped(summary).into_iter().filter(|(path, _)| *path != "song.mp3").collect()
}

#[test]
fn without_a_program_pictures_and_scans_are_skipped() {
    let workshop = Workshop::new();
    let (documents, summary) = read_one(&folder(&workshop));
    assert_eq!(keys(&documents), ["folder:notes/a.md", "folder:notes/text.pdf"]);
    assert_eq!(reasons(&summary), [("plan.png", reason::MEDIA), ("scan.pdf", reason::NO_TEXT)]);
}

#[test]
fn with_a_program_they_are_documents_and_files_with_text_are_read_as_ever() {
    let workshop = Workshop::new();
    let ocr = program(&workshop, "test -s \"$1\" && printf 'Page of %s\\n\\fand %s' \"${1##*.}\" \"$2\"");
    let (documents, summary) = read(&[folder(&workshop)], &options(ocr));
    let read: Vec<_> = documents.iter().filter(|document| document.converter == "ocr/1").collect();
    let told: Vec<_> =
        read.iter().map(|one| (one.key.as_str(), one.title.as_str(), one.text.as_str())).collect();
    let expected = [
        ("folder:notes/plan.png", "plan", "Page of png\n\nand -"),
        ("folder:notes/scan.pdf", "scan", "Page of pdf\n\nand -"),
    ];
    assert_eq!(told, expected);
    assert_eq!((documents.len(), skipped(&summary)), (4, vec![("song.mp3", reason::MEDIA)]));
}

#[test]
fn pictures_in_a_packed_folder_are_read_too() {
    let workshop = Workshop::new();
    let ocr = program(&workshop, "echo Words");
    let zip = workshop.zip("notes.zip", &[("plan.png", PICTURE)]);
    assert_eq!(keys(&read(&[zip], &options(ocr)).0), ["folder:notes/plan.png"]);
}

#[test]
fn a_program_that_reads_pictures_alone_is_given_those_of_a_scanned_pdf() {
    let workshop = Workshop::new();
    let root = workshop.folder("notes", &[]);
    let pdf = fs::read(fixtures().join("office/scanned.pdf")).unwrap();
    let pages = b"% stream\n\xFF\xD8\xFFone\nendstream\n% stream\n\xFF\xD8\xFFtwo\nendstream\n";
    fs::write(root.join("scan.pdf"), [pdf, pages.to_vec()].concat()).unwrap();
    let ocr = program(&workshop, "case $1 in *.jpg) tail -c 4 \"$1\";; *) exit 1;; esac");
    let (documents, summary) = read(&[root], &options(ocr));
    let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
    assert_eq!(texts, ["one\n\ntwo"], "{summary:?}");
}

#[test]
fn a_program_that_fails_says_nothing_or_does_not_exist_costs_the_file_which_is_not_gone() {
    for (script, told) in [
        ("echo partly; exit 3", reason::OCR_FAILED),
        ("printf ' \\n\\f '", reason::NO_TEXT),
        ("yes; true", reason::TOO_LARGE),
    ] {
        let workshop = Workshop::new();
        let ocr = program(&workshop, script);
        let (documents, summary) = read(&[folder(&workshop)], &options(ocr));
        assert_eq!(documents.len(), 2, "{script}");
        assert_eq!(reasons(&summary), [("plan.png", told), ("scan.pdf", told)], "{script}");
        assert_eq!(summary.unconverted_keys.len(), 3, "{script}");
    }
    let nothing = OcrCommand::parse("/nowhere/ocr {}").unwrap();
    let (_, summary) = read(&[folder(&Workshop::new())], &options(nothing));
    assert_eq!(reasons(&summary)[0], ("plan.png", reason::OCR_FAILED));
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_never_ends_is_ended_with_all_that_it_started() {
    let workshop = Workshop::new();
    let root = workshop.folder("notes", &[]);
    fs::write(root.join("plan.png"), PICTURE).unwrap();
    let pids = workshop.path("pids");
    let script = format!("sleep 600 & echo $! >> '{0}'; echo $$ >> '{0}'; wait", pids.display());
    let ocr = program(&workshop, &script).limit(Duration::from_millis(1500));
    let (_, summary) = read(&[root], &options(ocr));
    assert_eq!(skipped(&summary), [("plan.png", reason::OCR_TOO_SLOW)]);
    let is_alive = |pid: &str| {
        let state = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
        state.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
    };
    let pids = fs::read_to_string(pids).unwrap();
    assert_eq!(pids.lines().count(), 2);
    // The system may take a moment to end them.
    assert!((0..200).any(|_| {
        std::thread::yield_now();
        pids.lines().all(|pid| !is_alive(pid)) || {
            std::thread::sleep(Duration::from_millis(10));
            false
        }
    }));
}

#[test]
fn tesseract_reads_a_picture_of_words_where_it_is_installed() {
    if std::process::Command::new("tesseract").arg("--version").output().is_err() {
        return;
    }
    let workshop = Workshop::new();
    let root = workshop.folder("notes", &[]);
    fs::copy(fixtures().join("office/words.png"), root.join("words.png")).unwrap();
    let (documents, summary) = read(&[root], &options(OcrCommand::parse("tesseract {} -").unwrap()));
    assert!(documents.iter().any(|document| document.text.contains("BY EXIT B")), "{summary:?}");
}
