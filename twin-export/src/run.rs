//! What happens to everything that readers find: documents are tidied, told apart by key and handed
//! out; the rest is accounted for.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::convert::Aside;
use super::filter::mapped_type;
use super::job::{Budget, Job, Lane};
use super::outcome::{Draft, Outcome};
use super::tree::{self, Tree};
use super::{
    Document, Observer, Options, Progress, Remark, Root, Skipped, Summary, reason, remark, text, workers,
};

pub(crate) type Digest256 = [u8; 32];

type Half = [u8; 16];

fn half(digest: Digest256) -> Half {
    std::array::from_fn(|at| digest[at])
}

pub(crate) fn digest(bytes: &[u8]) -> Digest256 {
    Sha256::digest(bytes).into()
}

/// How many times a run holds a document's key and title until its end, and their usual length together.
const DOCUMENT_COPIES: usize = 2;
const USUAL: usize = 50;
/// One run over all PATHs.
pub(crate) struct Run<'a> {
    pub(crate) options: &'a Options,
    pub(crate) budget: Budget,
    observer: &'a dyn Observer,
    sink: &'a mut dyn FnMut(Document) -> ControlFlow<()>,
    /// By key: what it was made of; both as half a digest, since there may be very many.
    seen: HashMap<Half, Half>,
    /// By key, and by key and source: the last number that tells documents of a key apart.
    numbers: HashMap<Half, u64>,
    summary: Summary,
    files_done: u64,
    bytes: u64,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        options: &'a Options,
        budget: Budget,
        observer: &'a dyn Observer,
        sink: &'a mut dyn FnMut(Document) -> ControlFlow<()>,
    ) -> Self {
        Self {
            options,
            budget,
            observer,
            sink,
            seen: HashMap::new(),
            numbers: HashMap::new(),
            summary: Summary::default(),
            files_done: 0,
            bytes: 0,
        }
    }

    /// Work that belongs to no file's turn, such as a look at lists.
    pub(crate) fn job(&self) -> Job<'_> {
        Job::new(self.options, &self.budget, Lane::Slow)
    }

    /// A PATH is going to be read. `key` tells the document of a file that cannot be opened: it may well
    /// be there still.
    pub(crate) fn begin(&mut self, mut root: Root, tree: &Tree, key: impl Fn(&str) -> Option<String>) {
        let files = tree.entries.len() + tree.skipped.len();
        self.summary.files += files as u64;
        self.files_done += tree.skipped.len() as u64;
        for skipped in tree.skipped.iter().filter(|skipped| reason::hides_content(&skipped.reason)) {
            let is_link = skipped.reason == reason::SYMLINK;
            match key(&skipped.path) {
                Some(key) => {
                    let key = text::tidy_line(&key);
                    if is_link {
                        // It may have been a folder before.
                        self.summary.unconverted_keys.push(format!("{key}/"));
                    }
                    self.summary.unconverted_keys.push(key);
                }
                // A link holds no message and no page.
                None => root.whole &= is_link,
            }
        }
        self.summary.skipped.extend_from_slice(&tree.skipped);
        if !tree.left_out.is_empty() {
            // They are there, whatever was made of them before.
            let of_folder = |path: &str| Some(format!("{}/", key(path.strip_suffix('/')?)?));
            let held = tree.left_out.iter().filter(|path| !tree::is_ignore_file(path));
            let keys = held.filter_map(|path| of_folder(path).or_else(|| key(path)));
            self.summary.filtered.extend(keys.map(|key| text::tidy_line(&key)));
            let text = format!("{} {}", tree.left_out.len(), remark::LEFT_OUT);
            self.summary.remarks.push(Remark { path: root.path.display().to_string(), text });
        }
        self.summary.roots.push(root);
    }

    /// What these PATHs hold tells of more than is there.
    pub(crate) fn lack_something(&mut self, paths: &[&Path]) {
        for root in self.summary.roots.iter_mut().filter(|root| paths.contains(&root.path.as_path())) {
            root.whole = false;
        }
    }

    /// Accounts for what became of a file.
    pub(crate) fn take(&mut self, outcome: Outcome) -> ControlFlow<()> {
        let (files, path, flow) = match outcome {
            Outcome::Document(draft) => return self.document(*draft),
            Outcome::Several(all) => return all.into_iter().try_for_each(|one| self.take(one)),
            Outcome::Attached(inner) => {
                self.summary.files += 1;
                return self.take(*inner);
            }
            Outcome::Merged => {
                self.summary.merged += 1;
                (1, String::new(), ControlFlow::Continue(()))
            }
            Outcome::Skipped { path, reason } => (1, self.skip(path, reason), ControlFlow::Continue(())),
            Outcome::Unconverted { key, path, reason, files } => {
                self.summary.unconverted_keys.push(text::tidy_line(&key));
                self.summary.merged += files.saturating_sub(1);
                (files, self.skip(path, reason), ControlFlow::Continue(()))
            }
            Outcome::LeftOut { key, path, reason } => {
                self.summary.filtered.push(text::tidy_line(&key));
                (1, self.skip(path, reason), ControlFlow::Continue(()))
            }
        };
        self.progress(files, &path);
        flow
    }

    fn skip(&mut self, path: String, reason: &str) -> String {
        self.summary.skipped.push(Skipped { path: path.clone(), reason: reason.to_owned() });
        path
    }

    fn document(&mut self, draft: Draft) -> ControlFlow<()> {
        if draft.text.is_empty() {
            // It was written aside and could not be read back.
            let Draft { key, path, files, .. } = draft;
            return self.take(Outcome::Unconverted { key, path, reason: reason::UNREADABLE, files });
        }
        let cost = DOCUMENT_COPIES * (draft.key.len() + draft.title.len()).saturating_sub(USUAL);
        if !self.budget.tell(cost) {
            let Draft { key, path, files, .. } = draft;
            return self.take(Outcome::Unconverted { key, path, reason: reason::TOO_MANY, files });
        }
        let Some(key) = self.own_key(draft.key.clone(), &draft) else { return ControlFlow::Continue(()) };
        let paths = [draft.path.as_str(), draft.clean_path.as_deref().unwrap_or_default()];
        let kind = mapped_type(&self.options.type_map, &paths)
            .or_else(|| self.options.type_override.clone())
            .unwrap_or(draft.kind);
        self.summary.documents += 1;
        self.summary.merged += draft.files.saturating_sub(1);
        self.bytes += draft.text.len() as u64;
        self.set_aside(&draft.path, &draft.aside);
        self.progress(draft.files, &draft.path);
        (self.sink)(Draft { key, kind, ..draft }.into_document())
    }

    /// Names the parts of a document's file that are not in its text. Each counts as a file of its own.
    fn set_aside(&mut self, path: &str, aside: &Aside) {
        for (part, reason) in &aside.parts {
            self.skip(format!("{path}/{}", text::tidy_line(part)), reason);
            self.summary.files += 1;
            self.files_done += 1;
        }
        let remark = |text: &String| Remark { path: path.to_owned(), text: text.clone() };
        self.summary.remarks.extend(aside.remarks.iter().map(remark));
    }

    /// The key, unless an earlier document is the same one; a number tells apart what only shares it.
    fn own_key(&mut self, key: String, draft: &Draft) -> Option<String> {
        let source = half(draft.source);
        let of_key = half(digest(key.as_bytes()));
        let of_both = half(digest(&[key.as_bytes(), &source].concat()));
        match self.seen.entry(of_key) {
            Entry::Vacant(vacant) => {
                vacant.insert(source);
                return Some(key);
            }
            Entry::Occupied(first) if draft.key_is_identity || *first.get() == source => {
                return self.duplicate(&key, draft);
            }
            Entry::Occupied(_) => {}
        }
        if let Some(number) = self.numbers.get(&of_both) {
            return self.duplicate(&format!("{key} ({number})"), draft);
        }
        // Each is told from the one before it: compared with all, very many of a key would take very long.
        let mut number = self.numbers.get(&of_key).map_or(2, |last| last + 1);
        let numbered = loop {
            let numbered = format!("{key} ({number})");
            if let Entry::Vacant(vacant) = self.seen.entry(half(digest(numbered.as_bytes()))) {
                vacant.insert(source);
                break numbered;
            }
            number += 1;
        };
        self.numbers.extend([(of_key, number), (of_both, number)]);
        Some(numbered)
    }

    fn duplicate(&mut self, first: &str, draft: &Draft) -> Option<String> {
        let path = self.skip(draft.path.clone(), &format!("duplicate of {first}"));
        self.summary.merged += draft.files.saturating_sub(1);
        self.progress(draft.files, &path);
        None
    }

    fn progress(&mut self, files: u64, current: &str) {
        self.files_done += files;
        self.observer.progress(&Progress {
            files: self.files_done,
            listed: self.summary.files,
            documents: self.summary.documents,
            bytes: self.bytes,
            current,
        });
    }

    pub(crate) fn finish(mut self) -> Summary {
        workers::dismiss();
        if self.budget.has_read_failed() {
            // Of which archive is not known here, and which of its files were taken for others neither.
            self.summary.roots.iter_mut().for_each(|root| root.whole = false);
        }
        self.summary
    }
}
