//! A plain tree of documents: a folder, an archive of one, or a single file.

use std::ops::ControlFlow;

use twin_sdk::DocumentType;

use super::convert::{self, Converted};
use super::detect::Export;
use super::run::{Draft, Outcome, Run, digest};
use super::tree::{Entry, file_name, safe_path, stem};
use super::{Format, Root, pool, reason};

pub(crate) fn read(export: &Export, run: &mut Run<'_>) -> ControlFlow<()> {
    for (path, tree) in &export.roots {
        let name = safe_path(&tree.name);
        let scope = if tree.single { format!("folder:{name}") } else { format!("folder:{name}/") };
        let key = |entry: &Entry| {
            if tree.single { scope.clone() } else { format!("{scope}{}", safe_path(&entry.path)) }
        };
        let root =
            Root { path: path.clone(), reader: Format::Folder, scope: scope.clone(), whole: tree.whole };
        run.begin(root, tree.entries.len(), &tree.skipped);
        let (options, budget) = (run.options, run.budget.clone());
        pool::ordered(
            tree.entries.iter(),
            |entry| entry.size,
            |entry| {
                let path = &entry.path;
                if !options.filter.takes(&[path]) {
                    return Outcome::filtered(key(entry), path);
                }
                if !tree.single && path.split('/').any(|part| part.starts_with('.')) {
                    return Outcome::skipped(path, reason::HIDDEN);
                }
                let read = budget.read(entry, options).and_then(|bytes| {
                    let source = digest(&bytes);
                    Ok((source, convert::convert(file_name(path), bytes, &options.limits)?))
                });
                match read {
                    Ok((source, converted)) => {
                        let kind = converted.kind.clone().or_else(|| options.file_type.clone());
                        document(key(entry), path, source, converted, kind.unwrap_or(DocumentType::Note))
                    }
                    Err(reason) => Outcome::unconverted(key(entry), path, reason),
                }
            },
            |outcome| run.take(outcome),
        )?;
    }
    ControlFlow::Continue(())
}

fn document(key: String, path: &str, source: [u8; 32], converted: Converted, kind: DocumentType) -> Outcome {
    let title = converted.title.unwrap_or_else(|| stem(file_name(path)).to_owned());
    Outcome::Document(Box::new(Draft {
        key,
        title,
        text: converted.text,
        kind,
        source,
        converter: converted.converter,
        path: path.to_owned(),
        clean_path: None,
        key_is_identity: false,
        files: 1,
    }))
}
