//! Folders as people have them: what is not theirs is left out and counted, links between notes are resolved.

use std::fs;

use twin_export::{Options, remark};

use super::expectation::read;
use super::workshop::{Workshop, keys, read_one, skipped};

#[test]
fn keys_programs_packages_and_what_ignore_files_name_are_left_out_and_counted() {
    let workshop = Workshop::new();
    let root = workshop.folder(
        "notes",
        &[
            (".gitignore", "drafts/\n*.tmp\n"),
            (".twinignore", "private.md\n/only-here.md\n"),
            ("a.md", "Text"),
            ("private.md", "zz"),
            ("only-here.md", "zz"),
            ("deep/only-here.md", "Text"),
            ("deep/.twinignore", "!private.md\n"),
            ("deep/private.md", "Text"),
            ("drafts/d.md", "zz"),
            ("b.tmp", "zz"),
            ("node_modules/left-pad/README.md", "zz"),
            (".config/x.md", "zz"),
            ("id_ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----\nzz"),
            ("deploy", "#!/bin/sh\necho zz\n"),
            ("LICENSE", "Text"),
        ],
    );
    fs::write(root.join("tool"), b"\x7FELF\x02\x01\x01zz").unwrap();
    let (documents, summary) = read_one(&root);
    let kept = ["LICENSE", "a.md", "deep/only-here.md", "deep/private.md"]
        .map(|name| format!("folder:notes/{name}"));
    assert_eq!(keys(&documents), kept);
    assert_eq!(skipped(&summary), []);
    assert_eq!(summary.files, 4);
    let told: Vec<&str> = summary.remarks.iter().map(|remark| remark.text.as_str()).collect();
    assert_eq!(told, [format!("9 {}", remark::LEFT_OUT)]);
}

#[test]
fn of_a_packed_folder_keys_programs_and_packages_are_left_out_as_well() {
    let workshop = Workshop::new();
    let zip = workshop.zip(
        "notes.zip",
        &[
            ("notes/a.md", b"Text"),
            ("notes/id_rsa", b"-----BEGIN RSA PRIVATE KEY-----\nzz"),
            ("notes/tool", b"\x7FELF\x02zz"),
            ("notes/node_modules/x/README.md", b"zz"),
            ("notes/node_modules.md", b"Text"),
        ],
    );
    let (documents, summary) = read_one(&zip);
    assert_eq!(keys(&documents), ["folder:notes/notes/a.md", "folder:notes/notes/node_modules.md"]);
    assert!(summary.remarks[0].text.starts_with("3 "), "{:?}", summary.remarks);
}

#[test]
fn vaults_within_a_folder_are_vaults_each_with_its_own_notes() {
    let workshop = Workshop::new();
    let root = workshop.folder(
        "vaults",
        &[
            ("one/.obsidian/app.json", "{}"),
            ("one/a.md", "See [[b|the other]]. ![[b]]"),
            ("one/b.md", "First."),
            ("one/Templates/t.md", "zz"),
            ("two/.obsidian/app.json", "{}"),
            ("two/a.md", "![[b]]"),
            ("two/b.md", "Second."),
            ("Templates/c.md", "[[kept]]"),
        ],
    );
    let (documents, summary) = read(&[root], &Options::default());
    let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
    assert_eq!(texts, ["[[kept]]", "See the other.\n\nFirst.", "First.", "Second.", "Second."]);
    assert_eq!(skipped(&summary), [("one/Templates/t.md", "metadata")]);
}
