//! Writes what the weights are fitted to, for `table/fit.py`:
//! `FIT_KB=DIRECTORY FIT_OUT=FILE cargo test -p twin-reference --lib -- --ignored dump`.

use std::fs;
use std::io::Write;
use std::path::Path;

use jiff::Timestamp;
use serde_json::json;

use super::question::Question;
use super::{confidence, personal, retrieve};
use crate::seed::Seed;
use crate::store::Store;

const NAMES: [&str; 7] = ["score", "missing", "named", "margin", "nearer", "words", "rule"];

/// One line for each question of a file: its candidates, and the features of the confidence.
fn write_file(path: &Path, out: &mut impl Write) {
    let file = fs::read_to_string(path).unwrap();
    let (documents, questions) = file.split_once("\n???\n").expect("a file has questions");
    let documents = documents.split("\n=== ").skip(1).filter_map(|document| document.split_once('\n'));
    let mut store = Store::open(None).unwrap();
    store
        .add_documents(documents.map(|(title, text)| Seed::new(title, text)), Timestamp::UNIX_EPOCH)
        .unwrap();
    for (mark, rest) in questions.lines().filter_map(|line| line.split_at_checked(2)) {
        let (text, sources) = rest.split_once(" => ").unwrap_or((rest, ""));
        let question = Question::read(&store, text, "").unwrap();
        let evidence = retrieve::retrieve(&store, &question).unwrap();
        let candidates = evidence.iter().map(|passage| {
            json!({
                "title": passage.title,
                "document": passage.document,
                "signals": passage.signals,
                "features": confidence::features(&question, &evidence, passage.document),
            })
        });
        let line = json!({
            "kb": path.file_stem().unwrap().to_string_lossy(),
            "kind": mark.trim(),
            "question": text,
            "gold": sources.split(" | ").collect::<Vec<_>>(),
            "candidates": candidates.collect::<Vec<_>>(),
            "names": NAMES,
            "sentences": personal::sentences(text).map(personal::features).collect::<Vec<_>>(),
        });
        writeln!(out, "{line}").unwrap();
    }
}

#[test]
#[ignore = "writes a file, and proves nothing"]
fn dump() {
    let mut out = fs::File::create(std::env::var_os("FIT_OUT").expect("FIT_OUT names a file")).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for line in fs::read_to_string(root.join("table/personal.txt")).unwrap().lines() {
        if let Some((kind, text)) = line.split_once(' ').filter(|(kind, _)| *kind != "#") {
            let features = personal::features(text);
            writeln!(
                out,
                "{}",
                json!({ "kb": "personal.txt", "kind": kind, "question": text, "features": features })
            )
            .unwrap();
        }
    }
    let further = std::env::var_os("FIT_KB").map(Into::into);
    for directory in [Some(root.join("tests/it/kb")), further].into_iter().flatten() {
        let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().for_each(|file| write_file(file, &mut out));
    }
}
