//! What must come out of an export, as `fixtures/exports/README.md` describes it.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::Value;
use twin_export::{Document, Export, Options, Skipped, Summary};

pub(super) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// The names of all expectations, sorted.
pub(super) fn all() -> Vec<String> {
    let mut names = Vec::new();
    for folder in ["", "exports", "exports/bad"] {
        for entry in fs::read_dir(fixtures().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if let Some(stem) = name.strip_suffix(".expected.json") {
                names.push(Path::new(folder).join(stem).to_str().unwrap().to_owned());
            }
        }
    }
    names.sort();
    names
}

/// Reads PATHs to the end.
pub(super) fn read(paths: &[PathBuf], options: &Options) -> (Vec<Document>, Summary) {
    let mut documents = Vec::new();
    let summary = Export::open(paths, options).unwrap().read(&(), |document| {
        documents.push(document);
        ControlFlow::Continue(())
    });
    (documents, summary.unwrap())
}

pub(super) struct Expectation {
    json: Value,
    pub(super) paths: Vec<PathBuf>,
}

impl Expectation {
    pub(super) fn load(name: &str) -> Self {
        let file = fixtures().join(format!("{name}.expected.json"));
        let json: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let folder = file.parent().unwrap();
        let paths = strings(&json["paths"]).iter().map(|path| folder.join(path)).collect();
        Self { json, paths }
    }

    pub(super) fn options(&self) -> Options {
        let include_private = strings(&self.json["flags"]).contains(&"--include-private".to_owned());
        Options { include_private, ..Options::default() }
    }

    pub(super) fn check(&self) {
        let (documents, summary) = read(&self.paths, &self.options());
        self.check_reader(&summary);
        self.check_documents(&documents);
        self.check_skipped(&summary.skipped);
        for text in strings(&self.json["somewhere"]) {
            let count: usize = documents.iter().map(|document| document.text.matches(&text).count()).sum();
            assert_eq!(count, 1, "{text:?} stands in the documents {count} times");
        }
        for path in strings(&self.json["ignored"]) {
            let known = documents.iter().map(|document| &document.path);
            let known: Vec<_> = known.chain(summary.skipped.iter().map(|skipped| &skipped.path)).collect();
            assert!(!known.iter().any(|known| ends_with(known, &path)), "{path} is litter, but is listed");
        }
        if !strings(&self.json["error"]).is_empty() {
            assert!(summary.roots.iter().any(|root| !root.whole), "the archive counts as whole");
        }
    }

    fn check_reader(&self, summary: &Summary) {
        let expected = self.json["format"].as_str().unwrap();
        for root in &summary.roots {
            assert_eq!(format!("{:?}", root.reader).to_lowercase(), expected, "{}", root.path.display());
        }
    }

    fn check_documents(&self, documents: &[Document]) {
        let mut rest: Vec<&Document> = documents.iter().collect();
        for expected in self.json["documents"].as_array().unwrap() {
            let keys = strings(&expected["key"]);
            let place = rest.iter().position(|document| keys.is_empty() || keys.contains(&document.key));
            let Some(place) = place else {
                panic!("no document {keys:?} among {:#?}", rest.iter().map(|d| &d.key).collect::<Vec<_>>())
            };
            check_document(rest.remove(place), expected);
        }
        let may_be = strings(&self.json["may_be_documents"]);
        rest.retain(|document| {
            !may_be.iter().any(|text| document.text.contains(text) || document.title.contains(text))
        });
        assert!(rest.is_empty(), "not expected: {rest:#?}");
    }

    fn check_skipped(&self, skipped: &[Skipped]) {
        let mut rest: Vec<&Skipped> = skipped.iter().collect();
        for expected in self.json["skipped"].as_array().unwrap() {
            let path = expected["path"].as_str().unwrap();
            // Every archive of an export may hold it.
            let (found, others) = rest.into_iter().partition(|skipped| ends_with(&skipped.path, path));
            rest = others;
            let found: Vec<&Skipped> = found;
            assert!(!found.is_empty(), "{path} is not among the skipped: {rest:#?}");
            let reasons = strings(&expected["reason_contains"]);
            for reason in found.iter().map(|skipped| skipped.reason.to_lowercase()) {
                assert!(reasons.iter().any(|word| reason.contains(&word.to_lowercase())), "{path}: {reason}");
            }
        }
        let may_be = strings(&self.json["may_be_skipped"]);
        rest.retain(|skipped| !may_be.iter().any(|path| ends_with(&skipped.path, path)));
        // What becomes of a hostile name is left open.
        if strings(&self.json["may_be_documents"]).is_empty() {
            assert!(rest.is_empty(), "not expected to be skipped: {rest:#?}");
        }
    }
}

fn check_document(document: &Document, expected: &Value) {
    let key = &document.key;
    let titles = strings(&expected["title"]);
    assert!(
        titles.is_empty() || titles.contains(&document.title),
        "{key}: title {:?}, not {titles:?}",
        document.title
    );
    let kinds = strings(&expected["type"]);
    assert!(kinds.contains(&document.document_type.to_string()), "{key}: type {}", document.document_type);
    for text in strings(&expected["contains"]) {
        assert!(document.text.contains(&text), "{key}: {text:?} is not in\n{}", document.text);
    }
    for text in strings(&expected["not_contains"]) {
        assert!(!document.text.contains(&text), "{key}: {text:?} is in\n{}", document.text);
    }
    for text in strings(&expected["once"]) {
        let count = document.text.matches(&text).count();
        assert_eq!(count, 1, "{key}: {text:?} stands {count} times in\n{}", document.text);
    }
}

fn ends_with(path: &str, end: &str) -> bool {
    path == end || path.ends_with(&format!("/{end}")) || path.ends_with(end)
}

/// One string, several, or none.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
