//! Which reader reads a PATH, judged by what is in it, and which PATHs are one export together.

use std::path::PathBuf;

use super::notion::names as notion_names;
use super::tree::{self, Tree};
use super::{Format, Options, ReadError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    Notion,
    Folder,
}

/// PATHs that are read as one.
#[derive(Debug)]
pub(crate) struct Export {
    pub(crate) reader: Reader,
    pub(crate) roots: Vec<(PathBuf, Tree)>,
}

/// Opens every PATH and tells what it is.
pub(crate) fn exports(paths: &[PathBuf], options: &Options) -> Result<Vec<Export>, ReadError> {
    let mut exports = Vec::new();
    for path in paths {
        let mut tree = tree::open(path, &options.limits)?;
        if matches!(options.format, Format::Auto | Format::Notion) {
            notion_names::enter_parts(&mut tree, &options.limits);
        }
        let reader = match options.format {
            Format::Notion => Reader::Notion,
            Format::Auto if notion_names::is_export(&tree) => Reader::Notion,
            _ => Reader::Folder,
        };
        exports.push(Export { reader, roots: vec![(path.clone(), tree)] });
    }
    Ok(exports)
}
