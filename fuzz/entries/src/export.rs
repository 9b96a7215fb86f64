//! Readers of exports: archives of any files, and any bytes as an archive.

use std::collections::HashSet;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use twin_export::{Document, Export, Format, Options, Summary, reason};

use crate::convert::is_presentable;
use crate::pack::{packed, with_sound_sums};
use crate::panics::none_of_ours;
use crate::scratch::{in_scratch, put};
use crate::tree::decode;

macro_rules! readers {
    ($($entry:ident: $name:literal, $format:ident,)+) => {
        $(
            #[doc = concat!("Any files in a sound zip, read as ", stringify!($format), "; see `read`.")]
            pub fn $entry(input: &[u8]) {
                in_scratch(|folder| {
                    let path = folder.join($name);
                    put(&path, Some(&packed(&decode(input, 1))));
                    read(&path, Format::$format);
                });
            }
        )+
    };
}

readers! {
    notion: "Export-0b7c3a1e-5d0f-4c1c-9f53-2f4f3b1d7a10.zip", Notion,
    drive: "takeout-20260302T093000Z-001.zip", Drive,
    slack: "Fernhill Slack export.zip", Slack,
    mail: "Mail.zip", Mail,
    folder: "Notes.zip", Folder,
    vault: "Depot.wiki.zip", Folder,
    confluence: "Confluence-export.zip", Confluence,
}

macro_rules! files {
    ($($entry:ident: $name:literal, $format:ident,)+) => {
        $(
            #[doc = concat!("Any bytes as a file of ", stringify!($format), "; see `read`.")]
            pub fn $entry(input: &[u8]) {
                in_scratch(|folder| {
                    let path = folder.join($name);
                    put(&path, Some(input));
                    read(&path, Format::$format);
                });
            }
        )+
    };
}

files! {
    zendesk: "articles.json", Zendesk,
    intercom: "articles.json", Intercom,
    evernote: "Notebook.enex", Evernote,
    jsonl: "documents.jsonl", Jsonl,
}

/// Any bytes as an export, whatever they are, under the name of an archive and under that of a mailbox; see `read`.
pub fn archive(input: &[u8]) {
    in_scratch(|folder| {
        for name in ["export.zip", "gate.mbox"] {
            let path = folder.join(name);
            put(&path, Some(input));
            read(&path, Format::Auto);
        }
    });
}

/// A tar with sound sums in its headers, plain and gzipped; see `read`.
pub fn tar(input: &[u8]) {
    let tar = with_sound_sums(input);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let gzipped = gzip.write_all(&tar).and_then(|()| gzip.finish());
    in_scratch(|folder| {
        let (plain, packed) = (folder.join("takeout-1.tar"), folder.join("takeout-1.tgz"));
        put(&plain, Some(&tar));
        put(&packed, gzipped.ok().as_deref());
        read(&plain, Format::Auto);
        read(&packed, Format::Auto);
    });
}

/// Every document is presentable and has a key of its own, every file is accounted for, none took too long, and a
/// second reading gives the same.
fn read(path: &Path, format: Format) {
    let (documents, summary) = none_of_ours(|| once(path, format));
    let mut keys = HashSet::new();
    for document in &documents {
        is_presentable(document);
        assert!(keys.insert(&document.key), "two documents have the key {}", document.key);
        assert!(is_in_scope(&document.key, &summary), "no root speaks for {}", document.key);
    }
    assert_eq!(documents.len() as u64, summary.documents);
    for skipped in &summary.skipped {
        assert!(!skipped.reason.is_empty() && skipped.reason != reason::TOO_SLOW, "{skipped:?}");
    }
    let told = summary.merged + summary.skipped.len() as u64;
    assert!(summary.files <= told + summary.documents, "a file is not accounted for: {summary:?}");
}

fn is_in_scope(key: &str, summary: &Summary) -> bool {
    summary.roots.iter().any(|root| match root.scope.as_str() {
        "" => true,
        scope if scope.ends_with([':', '/']) => key.starts_with(scope),
        scope => key == scope || key.starts_with(scope),
    })
}

fn once(path: &Path, format: Format) -> (Vec<Document>, Summary) {
    let options = Options { format, include_private: true, ..Options::default() };
    let mut documents = Vec::new();
    let export = Export::open(&[path], &options).unwrap_or_else(|error| panic!("{error}"));
    let summary = export.read(&(), |document| {
        documents.push(document);
        ControlFlow::Continue(())
    });
    (documents, summary.unwrap_or_else(|error| panic!("{error}")))
}
