//! The files that are whole exports: mail, of Slack, of Notion, vaults, JSON Lines.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{write_repeated, zip};

pub(in crate::hostile) fn messages_within_messages(path: &Path) {
    zip(
        path,
        &[("a.eml", &[("Content-Type: message/rfc822\r\n\r\n", 1_500_000), ("Subject: x\r\n\r\nhi", 1)])],
    );
}

pub(in crate::hostile) fn parts_within_parts(path: &Path) {
    let part = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n";
    zip(
        path,
        &[("a.eml", &[(part, 10_000), ("\r\nhi", 1)]), ("b.eml", &[(part, 1), ("\r\n--b\r\n", 2_000_000)])],
    );
}

pub(in crate::hostile) fn headers_without_number(path: &Path) {
    zip(
        path,
        &[
            ("a.eml", &[("From: a@b\r\n", 2_000_000), ("\r\nhi", 1)]),
            ("b.eml", &[("From: a@b\r\nTo: ", 1), ("a@b,\r\n ", 2_000_000), ("\r\n\r\nhi", 1)]),
            ("c.eml", &[("From: a@b\r\nSubject: ", 1), ("=?utf-8?q?a?= ", 2_000_000), ("\r\n\r\nhi", 1)]),
        ],
    );
}

pub(in crate::hostile) fn references_without_number(path: &Path) {
    let mut mbox = String::new();
    for message in 0..400 {
        mbox += "From a@b Mon Mar  2 09:30:00 2026\nFrom: a@b\nReferences:";
        (0..8_000).for_each(|name| mbox += &format!(" <{message}.{name}@x>"));
        mbox += "\n\nText\n\n";
    }
    zip(path, &[("a.mbox", &[(&mbox, 1)])]);
}

pub(in crate::hostile) fn an_mbox_of_separators(path: &Path) {
    zip(path, &[("m.mbox", &[("From a Mon Mar  2 09:30:00 2026\n", 2_000_000)])]);
}

pub(in crate::hostile) fn an_mbox_of_messages_without_ids(path: &Path) {
    zip(path, &[("m.mbox", &[("From a Mon Mar  2 09:30:00 2026\nA: b\n\nx\n\n", 1_000_000)])]);
}

const CHANNELS: (&str, &[(&str, usize)]) =
    ("channels.json", &[("[{\"id\":\"C1\",\"name\":\"general\"}]", 1)]);

pub(in crate::hostile) fn slack_replies_from_later_days(path: &Path) {
    let text = "r".repeat(180_000);
    let reply = format!("{{\"ts\":\"7.1\",\"thread_ts\":\"5.5\",\"user\":\"U1\",\"text\":\"{text}\"}},");
    let root = "[{\"ts\":\"5.5\",\"thread_ts\":\"5.5\",\"text\":\"root\"}]";
    let names: Vec<String> = (1..13).map(|day| format!("general/2026-04-{day:02}.json")).collect();
    let day: &[(&str, usize)] = &[("[", 1), (&reply, 250), ("{}]", 1)];
    let first = [(root, 1)];
    let mut entries = vec![CHANNELS, ("users.json", &[("[]", 1)]), ("general/2026-03-01.json", &first)];
    entries.extend(names.iter().map(|name| (name.as_str(), day)));
    zip(path, &entries);
}

pub(in crate::hostile) fn slack_marks_without_end(path: &Path) {
    let message =
        |mark: &str| format!("{{\"ts\":\"1\",\"text\":\"{}\"}},", mark.repeat(1_000_000 / mark.len()));
    let messages: Vec<String> = ["<", "*a* ", "*a _b", "&lt;", "<@U1> "].into_iter().map(message).collect();
    let mut texts: Vec<(&str, usize)> = vec![("[", 1)];
    texts.extend(messages.iter().map(|message| (message.as_str(), 3)));
    texts.push(("{}]", 1));
    zip(path, &[CHANNELS, ("general/2026-03-02.json", &texts)]);
}

pub(in crate::hostile) fn slack_users_without_number(path: &Path) {
    let user = format!("{{\"id\":\"U\",\"name\":\"{}\"}},", "n".repeat(1_000_000));
    let nested = format!("{{\"id\":\"U\",\"x\":[{}0]}},", "[],".repeat(300_000));
    let day = "[{\"ts\":\"1\",\"text\":\"a\"}]";
    zip(
        path,
        &[
            CHANNELS,
            ("users.json", &[("[", 1), (&user, 30), (&nested, 10), ("{}]", 1)]),
            ("org_users.json", &[("[", 1), ("{\"id\":\"U2\"},", 2_000_000), ("{}]", 1)]),
            ("general/2026-03-02.json", &[(day, 1)]),
        ],
    );
}

pub(in crate::hostile) fn slack_names_that_grow(path: &Path) {
    let users = format!("[{{\"id\":\"U1\",\"name\":\"{}\"}}]", "n".repeat(500_000));
    let message = format!("{{\"ts\":\"1\",\"text\":\"{}\"}},", "<@U1>".repeat(100_000));
    zip(
        path,
        &[
            CHANNELS,
            ("users.json", &[(&users, 1)]),
            ("general/2026-03-02.json", &[("[", 1), (&message, 20), ("{}]", 1)]),
        ],
    );
}

pub(in crate::hostile) fn tables_of_notion_without_number(path: &Path) {
    let rows: String = (0..20_000).map(|row| format!("row {row},{row}\n")).collect();
    let rows = format!("Name,Value\n{rows}");
    let names: Vec<String> = (0..400).map(|table| format!("T{table} {table:032x}_all.csv")).collect();
    let pages: Vec<String> =
        (0..400).map(|table| format!("T{table}/row {table} {:032x}.md", 7_000 + table)).collect();
    let mut entries: Vec<(&str, &[(&str, usize)])> = Vec::new();
    let table: &[(&str, usize)] = &[(&rows, 1)];
    entries.extend(names.iter().map(|name| (name.as_str(), table)));
    entries.extend(pages.iter().map(|name| (name.as_str(), [("# row 1\n\nValue: 1\n", 1)].as_slice())));
    zip(path, &entries);
}

/// A zip in which each of these names is a file of its own text.
fn texts(path: &Path, files: impl Iterator<Item = (String, String)>) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, text) in files {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

pub(in crate::hostile) fn titles_as_long_as_a_page(path: &Path) {
    texts(path, (0..150_000).map(|number| (format!("{number}.md"), format!("# {}\n\nx", "t".repeat(1_000)))));
}

pub(in crate::hostile) fn lines_without_number(path: &Path) {
    let mut file = std::io::BufWriter::new(File::create(path).unwrap());
    for number in 0..2_000_000 {
        writeln!(file, "{{\"key\": {number}, \"title\": \"\", \"content\": \"x\"}}").unwrap();
    }
}

pub(in crate::hostile) fn a_key_that_is_a_list(path: &Path) {
    let mut file = File::create(path).unwrap();
    file.write_all(b"{\"key\": [").unwrap();
    write_repeated(&mut file, "0,", 25_000_000);
    file.write_all(b"0], \"title\": \"a\", \"content\": \"b\"}\n").unwrap();
}

pub(in crate::hostile) fn notes_that_embed_one_another(path: &Path) {
    let links: String = (0..20_000).map(|number| format!("![[D#{number}]]\n")).collect();
    let names: Vec<String> = (0..2_000).map(|number| format!("{number}.md")).collect();
    let embedding = [("![[D]]\n", 3)];
    let mut entries: Vec<(&str, &[(&str, usize)])> = vec![
        (".obsidian/app.json", &[("{}", 1)]),
        ("A.md", &[("# A\n\n", 1), ("[[", 500_000)]),
        ("B.md", &[("`` ` ", 200_000)]),
        ("D.md", &[("# D\n\n", 1), ("word ", 190_000)]),
    ];
    let linking = [(links.as_str(), 1)];
    entries.push(("C.md", &linking));
    entries.extend(names.iter().map(|name| (name.as_str(), embedding.as_slice())));
    zip(path, &entries);
}
