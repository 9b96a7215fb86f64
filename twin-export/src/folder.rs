//! A plain tree of documents: a folder, an archive of one, or a single file.

use std::ops::ControlFlow;

use crate::DocumentType;

use super::convert::{self, Converted};
use super::detect::Export;
use super::job::{Budget, Job, Lane};
use super::run::{Digest256, Draft, Outcome, Run, digest};
use super::tree::{Entry, Tree, file_name, safe_path, stem};
use super::vault::Vaults;
use super::{Document, Format, Limits, Options, Root, Skipped, pool, reason};

pub(crate) fn read(export: &Export, run: &mut Run<'_>) -> ControlFlow<()> {
    for (path, tree) in &export.roots {
        let scope = scope(tree, run.options.root.as_deref());
        let vaults = Vaults::of(tree, &run.budget, &run.options.limits);
        let key_of =
            |path: &str| if tree.single { scope.clone() } else { format!("{scope}{}", safe_path(path)) };
        let key = |entry: &Entry| key_of(&entry.path);
        // What is left of a damaged archive may not tell whose it is: then it speaks for everyone's.
        let is_anyones = !tree.whole && run.options.format == Format::Auto && !path.is_dir();
        let spoken_for = if is_anyones { String::new() } else { scope.clone() };
        let root = Root { path: path.clone(), reader: Format::Folder, scope: spoken_for, whole: tree.whole };
        run.begin(root, tree, |path| Some(key_of(path)));
        let (options, budget) = (run.options, run.budget.clone());
        pool::ordered(
            tree.entries.iter(),
            |entry| entry.size,
            (options, &budget),
            |entry, job| {
                let path = &entry.path;
                if !options.filter.takes(&[path]) {
                    return Outcome::filtered(key(entry), path);
                }
                if !tree.single && path.split('/').any(|part| part == "..") {
                    return Outcome::skipped(path, reason::UNSAFE_NAME);
                }
                if !tree.single && path.split('/').any(|part| part.starts_with('.')) {
                    return Outcome::skipped(path, reason::HIDDEN);
                }
                if let Some(reason) = vaults.refuses(path) {
                    return Outcome::skipped(path, reason);
                }
                let read = job.read(entry).and_then(|bytes| {
                    let bytes = vaults.resolved(path, bytes, job);
                    let source = digest(&bytes);
                    Ok((source, convert::convert(file_name(path), bytes, job)?))
                });
                match read {
                    Ok((source, mut converted)) => {
                        let kind = converted.kind.clone().or_else(|| options.file_type.clone());
                        let kind = kind.unwrap_or(DocumentType::Note);
                        let attached =
                            Outcome::of_attached(&mut converted.attached, &key(entry), path, &kind);
                        document(key(entry), path, source, converted, kind).with_attached(attached)
                    }
                    Err(reason) => Outcome::unconverted(key(entry), path, reason),
                }
            },
            |outcome| run.take(outcome),
        )?;
    }
    ControlFlow::Continue(())
}

/// What the keys of a tree begin with; of a single file it is the key. A file that is given a root is in it.
fn scope(tree: &Tree, root: Option<&str>) -> String {
    let name = safe_path(&tree.name);
    match (root.map(safe_path), tree.single) {
        (None, true) => format!("folder:{name}"),
        (None, false) => format!("folder:{name}/"),
        (Some(root), true) => format!("folder:{root}/{name}"),
        (Some(root), false) => format!("folder:{root}/"),
    }
}

fn document(key: String, path: &str, source: Digest256, converted: Converted, kind: DocumentType) -> Outcome {
    // Some Windows programs write `\` between folders.
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let title = converted.title.unwrap_or_else(|| stem(name).to_owned());
    let outcome = if converted.is_verbatim { Outcome::verbatim } else { Outcome::document };
    outcome(Draft {
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
        aside: converted.aside,
    })
}

/// A document of a single file's bytes.
pub(crate) fn from_bytes(name: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Document, Skipped> {
    let skipped = |reason: &str| Skipped { path: name.to_owned(), reason: reason.to_owned() };
    let source = digest(&bytes);
    let options = Options { limits: limits.clone(), ..Options::default() };
    let (budget, lane) = (Budget::default(), Lane::Slow);
    let converted = convert::convert(name, bytes, &Job::new(&options, &budget, lane)).map_err(skipped)?;
    let kind = converted.kind.clone().unwrap_or(DocumentType::Note);
    match document(format!("folder:{}", safe_path(name)), name, source, converted, kind) {
        Outcome::Document(draft) => Ok(draft.into_document()),
        _ => Err(skipped(reason::NO_TEXT)),
    }
}
