//! Folders as people have them: what is not theirs is left out and counted, links between notes are resolved.

use std::fs;

use twin_export::{Options, reason, remark};

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
    assert_eq!(told, [format!("12 {}", remark::LEFT_OUT)]);
}

#[test]
fn in_a_checkout_what_git_ignores_is_left_out_wherever_it_is_said() {
    let workshop = Workshop::new();
    let checkout = workshop.folder(
        "repo",
        &[
            (".git/info/exclude", "mine.md\n"),
            (".gitignore", "docs/drafts/\n*.tmp.md\n/docs/old/**\n"),
            ("docs/.twinignore", "!wanted.tmp.md\n"),
            ("docs/.gitignore", "!mine.md\n"),
            ("docs/a.md", "Text"),
            ("docs/drafts/d.md", "zz"),
            ("docs/deep/b.tmp.md", "zz"),
            ("docs/deep/wanted.tmp.md", "Text"),
            ("docs/old/deep/c.md", "zz"),
            ("docs/mine.md", "Text"),
            ("notes/mine.md", "zz"),
            ("notes/n.md", "Text"),
        ],
    );
    workshop.folder("", &[(".gitignore", "*.md\n")]);
    let (documents, _) = read_one(&checkout.join("docs"));
    assert_eq!(
        keys(&documents),
        ["a.md", "deep/wanted.tmp.md", "mine.md"].map(|name| format!("folder:docs/{name}"))
    );
    let (documents, _) = read_one(&checkout.join("notes"));
    assert_eq!(keys(&documents), ["folder:notes/n.md"]);
    let (documents, _) = read_one(&checkout);
    assert_eq!(documents.len(), 4);
    // Of a second worktree the first one tells.
    fs::create_dir_all(checkout.join(".git/worktrees/second")).unwrap();
    fs::write(checkout.join(".git/worktrees/second/commondir"), "../..\n").unwrap();
    let worktree = workshop
        .folder("second", &[(".git", "gitdir: ../repo/.git/worktrees/second\n"), ("docs/mine.md", "zz")]);
    assert_eq!(keys(&read_one(&worktree.join("docs")).0), [""; 0]);
    // Without a checkout around it, a folder is what it says itself.
    fs::remove_dir_all(checkout.join(".git")).unwrap();
    let (documents, _) = read_one(&checkout.join("docs/drafts"));
    assert_eq!(keys(&documents), ["folder:drafts/d.md"]);
}

#[test]
fn a_private_key_is_no_document_whatever_it_is_called() {
    let workshop = Workshop::new();
    let key = "-----BEGIN PRIVATE KEY-----\nzz\n-----END PRIVATE KEY-----\n";
    let wide: Vec<u8> = format!("\u{FEFF}{key}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let root = workshop.folder(
        "notes",
        &[
            ("bag", &format!("Bag Attributes\n    localKeyID: 01\n{key}")),
            ("blank", &format!("\u{FEFF}\n\n# of the gate\n{key}")),
            ("ssh2", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nzz\n"),
            ("age", "# created: 2026-03-01\nAGE-SECRET-KEY-1ZZ\n"),
            ("gate.key.txt", key),
            ("gate.md", "PuTTY-User-Key-File-3: ssh-ed25519\nzz\n"),
            ("about-keys.md", &format!("# Keys\n\n```\n{key}```\n")),
        ],
    );
    fs::write(root.join("wide"), wide).unwrap();
    let (documents, summary) = read_one(&root);
    assert_eq!(keys(&documents), ["folder:notes/about-keys.md"]);
    assert_eq!(skipped(&summary), [("gate.key.txt", reason::PRIVATE_KEY), ("gate.md", reason::PRIVATE_KEY)]);
    assert_eq!(summary.remarks[0].text, format!("5 {}", remark::LEFT_OUT));
}

#[test]
fn of_a_packed_folder_keys_programs_and_packages_are_left_out_as_well() {
    let workshop = Workshop::new();
    let zip = workshop.zip(
        "notes.zip",
        &[
            ("notes/a.md", b"Text"),
            ("notes/id_rsa", b"\n-----BEGIN RSA PRIVATE KEY-----\nzz"),
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
fn what_the_ignore_files_of_a_packed_folder_name_is_left_out() {
    let workshop = Workshop::new();
    let zip = workshop.zip(
        "notes.zip",
        &[
            ("notes/.twinignore", b"secret.md\n/drafts/\n"),
            ("notes/a.md", b"Text"),
            ("notes/x/secret.md", b"Text"),
            ("notes/drafts/b.md", b"Text"),
        ],
    );
    let (documents, summary) = read_one(&zip);
    assert_eq!(keys(&documents), ["folder:notes/notes/a.md"]);
    assert_eq!((skipped(&summary), summary.remarks.len()), (vec![], 1), "{:?}", summary.remarks);
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

#[test]
fn templates_of_a_site_are_no_pages() {
    let workshop = Workshop::new();
    let template = "<p>Fuel at {{ page.title }}</p>";
    let jekyll = workshop.folder(
        "jekyll",
        &[
            ("_config.yml", "title: Depot\n"),
            ("_includes/note.html", template),
            ("_layouts/default.html", template),
            ("pages/fuel.md", "{% include note.html content=\"Diesel only.\" %}\n"),
            ("pages/_layouts/a.md", "Kept.\n"),
        ],
    );
    let (documents, summary) = read_one(&jekyll);
    assert_eq!(keys(&documents), ["folder:jekyll/pages/_layouts/a.md", "folder:jekyll/pages/fuel.md"]);
    assert_eq!(documents[1].text, "Diesel only.");
    let templates = ["_includes/note.html", "_layouts/default.html"].map(|path| (path, reason::METADATA));
    assert!(templates.iter().all(|one| skipped(&summary).contains(one)), "{:?}", summary.skipped);

    let files = [
        ("archetypes/default.md", "Draft\n"),
        ("content/fuel.md", "{{< tab \"Oslo\" >}}Bay 4.{{< /tab >}}\n"),
        ("layouts/_default/baseof.html", template),
        ("themes/plain/layouts/a.html", template),
    ];
    let plain = workshop.folder("plain", &files);
    assert_eq!(read_one(&plain).0.len(), 4);
    let hugo = workshop.folder("hugo", &files);
    std::fs::write(hugo.join("hugo.toml"), "title = 'Depot'\n").unwrap();
    let (documents, summary) = read_one(&hugo);
    assert_eq!(documents.iter().find(|one| one.key.ends_with("fuel.md")).unwrap().text, "Oslo\n\nBay 4.");
    let paths: Vec<&str> = skipped(&summary).iter().map(|(path, _)| *path).collect();
    assert!(
        ["archetypes/default.md", "layouts/_default/baseof.html", "themes/plain/layouts/a.html"]
            .iter()
            .all(|one| paths.contains(one)),
        "{paths:?}"
    );
}
