//! Exports made on the spot: folders and zips in a temporary place.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use twin_export::{Document, Options, Summary};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::expectation::read;

pub(super) struct Workshop(TempDir);

impl Workshop {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A folder with these files.
    pub(super) fn folder(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let root = self.path(name);
        fs::create_dir_all(&root).unwrap();
        for (path, text) in files {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        root
    }

    /// A zip with these entries.
    pub(super) fn zip(&self, name: &str, files: &[(&str, &[u8])]) -> PathBuf {
        let path = self.path(name);
        let mut zip = ZipWriter::new(File::create(&path).unwrap());
        for (path, bytes) in files {
            zip.start_file(*path, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        path
    }
}

pub(super) fn read_one(path: &Path) -> (Vec<Document>, Summary) {
    read(&[path.to_owned()], &Options::default())
}

/// Key and title of every document.
pub(super) fn keys(documents: &[Document]) -> Vec<&str> {
    documents.iter().map(|document| document.key.as_str()).collect()
}

/// Path and reason of every file that was skipped.
pub(super) fn skipped(summary: &Summary) -> Vec<(&str, &str)> {
    summary.skipped.iter().map(|skipped| (skipped.path.as_str(), skipped.reason.as_str())).collect()
}
