//! Each kind of sign that a plain reading loses.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::Value;
use twin_export::{Document, Export, Options, Summary};

use super::dump::{Dump, words};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/office/signs")
}

pub(super) fn read_file(path: &Path) -> (Option<Document>, Summary) {
    let mut document = None;
    let export = Export::open(&[path], &Options::default()).unwrap();
    let summary = export.read(&(), |one| {
        document = Some(one);
        ControlFlow::Continue(())
    });
    (document, summary.unwrap())
}

fn cases() -> Vec<Value> {
    serde_json::from_slice(&fs::read(folder().join("signs.json")).unwrap()).unwrap()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn every_file_says_what_it_shows() {
    let mut wrong = Vec::new();
    for case in cases() {
        let name = case["file"].as_str().unwrap();
        let (document, summary) = read_file(&folder().join(name));
        let (title, text) =
            document.map_or_else(Default::default, |document| (document.title, document.text));
        for wanted in strings(&case["contains"]) {
            if !text.contains(wanted) {
                wrong.push(format!("{name}: no {wanted:?} in {text:?}"));
            }
        }
        for unwanted in strings(&case["absent"]) {
            if text.contains(unwanted) {
                wrong.push(format!("{name}: {unwanted:?} in {text:?}"));
            }
        }
        if case["title"].as_str().is_some_and(|wanted| wanted != title) {
            wrong.push(format!("{name}: the title is {title:?}"));
        }
        let expected: Vec<Vec<&str>> = case["skipped"].as_array().unwrap().iter().map(strings).collect();
        let is_expected = summary.skipped.len() == expected.len()
            && expected.iter().all(|one| {
                summary
                    .skipped
                    .iter()
                    .any(|skipped| skipped.path.ends_with(one[0]) && skipped.reason.contains(one[1]))
            });
        // A file within a file is named wherever there is one.
        if !is_expected && name != "aside.docx" {
            wrong.push(format!("{name}: skipped {:?}", summary.skipped));
        }
        let remarks: Vec<&str> = summary.remarks.iter().map(|remark| remark.text.as_str()).collect();
        if remarks != strings(&case["remarks"]) {
            wrong.push(format!("{name}: remarks {remarks:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_run_of_text_is_in_the_text_or_named() {
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in [folder(), folder().join("..")] {
        paths.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    let cases = cases();
    // What no program shows either.
    let is_absent = |path: &Path, run: &str| {
        let of_file = cases
            .iter()
            .filter(|case| path.file_name().is_some_and(|name| case["file"] == *name.to_string_lossy()));
        of_file.into_iter().any(|case| strings(&case["absent"]).contains(&run))
    };
    let mut lost = Vec::new();
    for path in paths {
        let Some(dump) = Dump::of(&fs::read(&path).unwrap_or_default()) else { continue };
        let (document, summary) = read_file(&path);
        let text = document.map(|document| document.text).unwrap_or_default();
        let named: Vec<&str> = summary.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
        // Runs may cut a word: the text is held against the whole, without what stands between words.
        let said: String = words(&text).concat();
        for run in dump.runs(&named) {
            if words(&run).iter().any(|word| !said.contains(word.as_str())) && !is_absent(&path, &run) {
                lost.push(format!("{}: {run:?}", path.display()));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}
