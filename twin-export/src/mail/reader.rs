//! Reads messages, mboxes and Maildirs as one document for each thread. Attached files become documents too.

use std::collections::HashSet;
use std::ops::ControlFlow;

use crate::DocumentType;
use sha2::{Digest, Sha256};

use super::identity::lasting;
use super::threads::Threads;
use super::{is_note, is_unwanted_label, is_unwanted_mailbox, maildir, mbox, order, quotes};
use crate::convert::mail::{CONVERTER, Envelope, Letter, ReadLetter, envelope};
use crate::convert::{self, Aside, Kind};
use crate::job::Job;
use crate::outcome::{Draft, Outcome};
use crate::run::{Run, digest};
use crate::tree::{Bytes, Entry, Roots, file_name, stem};
use crate::{Format, Root, pool, reason, workers};

/// A message that was found, and where.
struct Message<'a> {
    entry: &'a Entry,
    place: Place,
    id: Option<String>,
    key: String,
    /// Seconds since 1970.
    at: Option<i64>,
    /// The last messages it refers to.
    answers: Box<[u64]>,
}

enum Place {
    /// The file is the message.
    File,
    /// A part of an mbox.
    Part { mbox: Bytes, start: u64, len: u64 },
}

pub(crate) fn read(roots: &Roots, run: &mut Run<'_>) -> ControlFlow<()> {
    let mut index = Index::default();
    let mut outcomes = Vec::new();
    for (path, tree) in roots {
        let before = index.messages.len();
        for entry in &tree.entries {
            if run.options.cancellation.is_cancelled() {
                return ControlFlow::Break(());
            }
            outcomes.push(index.add(entry, tree.single, run));
        }
        let single = tree.single.then(|| index.messages.get(before)).flatten();
        let single = single.filter(|message| matches!(message.place, Place::File));
        let scope = single.map_or_else(|| "mail:".to_owned(), |message| message.key.clone());
        let root = Root { path: path.clone(), reader: Format::Mail, scope, whole: tree.whole };
        run.begin(root, tree, |_| None);
    }
    for outcome in outcomes.into_iter().flatten() {
        run.take(outcome)?;
    }
    let Index { messages, threads, .. } = index;
    let mut threads = threads.finish();
    for thread in &mut threads {
        order::sorted(thread, |at| messages[at].told());
    }
    let (options, budget) = (run.options, run.budget.clone());
    pool::ordered(
        threads.iter(),
        |thread| thread.iter().map(|&message| messages[message].size()).sum(),
        (options, &budget),
        |thread, job| {
            let messages: Vec<&Message<'_>> = thread.iter().map(|&message| &messages[message]).collect();
            document(&messages, job)
        },
        |outcomes| outcomes.into_iter().try_for_each(|outcome| run.take(outcome)),
    )
}

#[derive(Default)]
struct Index<'a> {
    messages: Vec<Message<'a>>,
    threads: Threads,
    /// There is no room for more messages.
    is_full: bool,
}

impl<'a> Index<'a> {
    /// Finds the messages of a file, which may be the one that was asked for. What becomes of it is told at once, unless it
    /// is a message.
    fn add(&mut self, entry: &'a Entry, single: bool, run: &Run<'_>) -> Option<Outcome> {
        let path = entry.path.as_str();
        if entry.size == 0 {
            return Some(Outcome::skipped(path, reason::EMPTY));
        }
        if is_note(path) {
            return Some(Outcome::skipped(path, reason::METADATA));
        }
        if maildir::is_unwanted(path) {
            return Some(Outcome::skipped(path, reason::SPAM_OR_TRASH));
        }
        let head = run.budget.head(entry, convert::HEAD, &run.options.limits);
        let kind = Kind::of(file_name(path), &head);
        // Names in a Maildir have no ending.
        let is_message = maildir::is_message(path) && matches!(kind, Kind::Text | Kind::Unknown | Kind::Html);
        match if is_message { Kind::Mail } else { kind } {
            Kind::Mbox if !single && path.split('/').any(|name| is_unwanted_mailbox(stem(name))) => {
                Some(Outcome::skipped(path, reason::SPAM_OR_TRASH))
            }
            Kind::Mbox => Some(self.add_mbox(entry, run)),
            Kind::Mail => {
                let head = run.budget.head(entry, HEADERS, &run.options.limits);
                let envelope = envelope(&head).unwrap_or_default();
                if !run.options.filter.takes(&[path]) {
                    let key = key(entry, &Place::File, envelope.id.as_deref(), &run.job());
                    return Some(Outcome::filtered(key, path));
                }
                if self.push(entry, Place::File, envelope, &run.job()).is_break() {
                    return Some(Outcome::unconverted("mail:".to_owned(), path, reason::TOO_MANY));
                }
                None
            }
            Kind::Media => Some(Outcome::skipped(path, reason::MEDIA)),
            _ => Some(Outcome::skipped(path, reason::UNKNOWN_KIND)),
        }
    }

    fn add_mbox(&mut self, entry: &'a Entry, run: &Run<'_>) -> Outcome {
        let path = entry.path.as_str();
        if !run.options.filter.takes(&[path]) {
            return Outcome::filtered("mail:".to_owned(), path);
        }
        // Any message may be in what cannot be read.
        let unconverted = |reason| Outcome::unconverted("mail:".to_owned(), path, reason);
        let bytes = match entry.random_access(&run.budget, &run.options.limits) {
            Ok(bytes) => bytes,
            Err(reason) => return unconverted(reason),
        };
        let mut found = 0;
        let read = mbox::messages(bytes.cursor(), |message| {
            if is_blank(&message) {
                return ControlFlow::Continue(());
            }
            found += 1;
            let envelope = envelope(&message.headers).unwrap_or_default();
            if envelope.is_deleted || is_unwanted(&envelope.labels) {
                return ControlFlow::Continue(());
            }
            let place = Place::Part { mbox: bytes.clone(), start: message.start, len: message.len };
            self.push(entry, place, envelope, &run.job())
        });
        match (read, found) {
            _ if self.is_full => unconverted(reason::TOO_MANY),
            (Ok(()), 0) => Outcome::skipped(path, reason::NO_MESSAGES),
            (Ok(()), _) => Outcome::Merged,
            (Err(_), _) => unconverted(reason::UNREADABLE),
        }
    }

    /// Adds a message, unless there is no room for more.
    fn push(
        &mut self,
        entry: &'a Entry,
        place: Place,
        mut envelope: Envelope,
        job: &Job<'_>,
    ) -> ControlFlow<()> {
        // The first message of a thread and those right before this one tell where it belongs.
        let references = &mut envelope.references;
        if references.len() > MOST_REFERENCES {
            references.drain(MOST_REFERENCES / 2..references.len() - MOST_REFERENCES / 2);
        }
        let key = key(entry, &place, envelope.id.as_deref(), job);
        let id = envelope.id.as_ref().map_or(0, String::len);
        let cost = MESSAGE + key.len() + id + NAME * (1 + envelope.references.len());
        self.is_full |= self.messages.len() >= job.limits().entries || !job.budget().keep(cost, job.limits());
        if self.is_full {
            return ControlFlow::Break(());
        }
        self.threads.add(&envelope);
        let Envelope { id, at, references, .. } = envelope;
        let last = references.len().saturating_sub(MOST_ANSWERED);
        let answers = references[last..].iter().map(|id| order::gist(id)).collect();
        self.messages.push(Message { entry, place, id, key, at, answers });
        ControlFlow::Continue(())
    }
}

/// Other messages that one message names.
const MOST_REFERENCES: usize = 100;
/// Bytes that a message and a name of one take in the index, beside their texts.
const MESSAGE: usize = 200;
const NAME: usize = 40;

/// A separator and nothing behind it.
fn is_blank(message: &mbox::Found) -> bool {
    message.len <= message.headers.len() as u64 && message.headers.trim_ascii().is_empty()
}

/// Messages that are remembered as those that one answers.
const MOST_ANSWERED: usize = 4;

/// Enough of a single message to hold its headers.
const HEADERS: usize = 256 * 1024;

/// Gmail's labels for Spam and Trash, in the languages its accounts are kept in.
fn is_unwanted(labels: &str) -> bool {
    labels.split(',').any(is_unwanted_label)
}

impl Message<'_> {
    fn told(&self) -> order::Told<'_> {
        order::Told { id: self.id.as_deref().map(order::gist), at: self.at, answers: &self.answers }
    }

    fn size(&self) -> u64 {
        match self.place {
            Place::File => self.entry.size,
            Place::Part { len, .. } => len,
        }
    }

    fn bytes(&self, job: &Job<'_>) -> Result<Vec<u8>, &'static str> {
        self.place.bytes(self.entry, job)
    }

    /// The message in the export, for people.
    fn path(&self) -> String {
        match (&self.place, &self.id) {
            (Place::File, _) | (_, None) => self.entry.path.clone(),
            (Place::Part { .. }, Some(id)) => format!("{} <{id}>", self.entry.path),
        }
    }
}

impl Place {
    fn bytes(&self, entry: &Entry, job: &Job<'_>) -> Result<Vec<u8>, &'static str> {
        match self {
            Place::File => job.read(entry),
            Place::Part { len, .. } if *len > job.limits().entry_bytes => Err(reason::TOO_LARGE),
            Place::Part { mbox, start, len } => Ok(mbox::unquoted(job.read_stream(
                mbox.window(*start, *len).cursor(),
                *len,
                mbox.is_charged(),
            )?)),
        }
    }
}

/// By its Message-ID; one without is known by what it says, wherever it lies and whatever was noted on it since.
fn key(entry: &Entry, place: &Place, id: Option<&str>, job: &Job<'_>) -> String {
    match (id, place) {
        (Some(id), _) => format!("mail:{id}"),
        (None, place) => match place.bytes(entry, job) {
            Ok(bytes) => format!("mail:sha256-{}", hex::encode(&digest(&lasting(&bytes))[..16])),
            Err(_) => format!("mail:{}", entry.path),
        },
    }
}

/// Bytes of a thread's text, and of that of the files that came with it: a document that nobody reads to its end is long enough.
const MOST_TEXT: usize = 16 << 20;

/// One document for a thread, oldest message first; what could not be read is told beside it.
fn document(thread: &[&Message<'_>], job: &Job<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut letters: Vec<Letter> = Vec::new();
    let mut sum = Sha256::new();
    let mut files = 0;
    let (mut text_bytes, mut attached_bytes) = (0, 0);
    let mut attached = Vec::new();
    let mut aside = Aside::default();
    let mut seen: HashSet<&str> = HashSet::new();
    for message in thread {
        let file = u64::from(matches!(message.place, Place::File));
        let read = message.bytes(job).and_then(|bytes| {
            let source = digest(&bytes);
            Ok((source, workers::run(ReadLetter, bytes, job)?))
        });
        if job.is_put_off() {
            return Vec::new();
        }
        match read {
            // The same message lies in several folders of a mailbox.
            Ok(_) if message.id.as_deref().is_some_and(|id| seen.contains(id)) => files += file,
            Ok((_, letter)) if text_bytes + letter.body.len() > MOST_TEXT => {
                let (key, path) = (message.key.clone(), message.path());
                outcomes.push(Outcome::Unconverted { key, path, reason: reason::TOO_LARGE, files: file });
            }
            Ok((source, mut letter)) => {
                text_bytes += letter.body.len();
                letter.is_draft |= maildir::is_draft(&message.entry.path);
                for file in &mut letter.attached {
                    attached_bytes += file.text_bytes();
                    if attached_bytes > MOST_TEXT {
                        file.result = Err(reason::TOO_LARGE.to_owned());
                    }
                }
                let (path, kind) = (message.path(), DocumentType::Email);
                attached.extend(Outcome::of_attached(&mut letter.attached, &message.key, &path, &kind));
                for (part, reason) in &letter.aside.parts {
                    aside.skip(part, reason);
                }
                sum.update(source);
                seen.extend(message.id.as_deref());
                letters.push(letter);
                files += file;
            }
            Err(reason) => {
                let (key, path) = (message.key.clone(), message.path());
                outcomes.push(Outcome::Unconverted { key, path, reason, files: file });
            }
        }
    }
    outcomes.extend(attached.into_iter().map(|one| Outcome::Attached(Box::new(one))));
    let (Some(oldest), false) = (thread.first(), letters.is_empty()) else { return outcomes };
    let title = letters.iter().map(|letter| letter.subject.clone()).find(|subject| !subject.is_empty());
    outcomes.push(Outcome::document(Draft {
        key: oldest.key.clone(),
        title: title.unwrap_or_else(|| "No subject".to_owned()),
        text: quotes::told(&letters),
        kind: DocumentType::Email,
        source: sum.finalize().into(),
        converter: CONVERTER.into(),
        path: oldest.path(),
        clean_path: None,
        key_is_identity: true,
        files,
        aside,
    }));
    outcomes
}
