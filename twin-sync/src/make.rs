//! Making the documents of a source: part by part, each written down before it is sent, each lost answer
//! looked for before anything is sent again.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use twin_sdk::{ErrorKind, NewDocument, Outcome};

use super::digest;
use super::disk::Disk;
use super::entry::{Doubt, Entry};
use super::kb::{Told, Trouble};
use super::settle::settle;
use super::source::Source;
use super::steps::{Settled, Task};
use super::worker::{Later, Setback, Worker};
use twin_export::Part;

/// How often a create is sent that is lost and turns out not to have happened.
const TRIES: u32 = 3;
/// The wait before the second try; it doubles.
const BACKOFF: Duration = Duration::from_millis(250);

/// What became of a create.
enum Sent {
    /// It made this document.
    Made(String),
    /// Nothing was made.
    Not(Setback),
    /// It may have made one.
    Lost(Lost),
}

/// An answer that did not come, or did not say what was made.
struct Lost {
    error: Option<Arc<twin_sdk::Error>>,
    /// The answer is about another document.
    names_another: bool,
    /// It may still happen.
    may_land_late: bool,
}

impl<D: Disk> Worker<'_, D> {
    /// Makes the documents of a source as far as they are not made yet, then deletes what they replace.
    pub(crate) async fn upload(&self, index: usize) -> Result<(), Setback> {
        let (source, parts) = {
            let mut export = self.export();
            let parts = export.parts(index).map_err(|error| self.disk_failed(error))?;
            (export.sources[index].clone(), parts)
        };
        let mut entry = self.entry(&source.key).unwrap_or_else(|| Entry::blank(&source));
        entry.begin(&source.hash);
        entry.bear(&source.title);
        for (place, part) in parts.iter().enumerate() {
            if entry.next.as_ref().is_some_and(|next| !next.parts.contains_key(&place)) {
                self.make(&mut entry, &source, place, part, parts.len()).await?;
            }
        }
        if complete(&mut entry, &source, parts.len()) {
            self.put(entry)?;
        }
        self.delete_old(&source.key).await
    }

    /// Makes one part.
    async fn make(
        &self,
        entry: &mut Entry,
        source: &Source,
        place: usize,
        part: &Part,
        parts: usize,
    ) -> Result<(), Setback> {
        let content = digest::of_content(&part.text);
        let _turn =
            self.creating.lock(&digest::of_rendering(&part.title, &source.document_type, &content)).await;
        let doubt = self.doubt(source, place, part, &content);
        entry.doubts.push(doubt.clone());
        self.put(entry.clone())?;
        for tried in 1.. {
            let document = NewDocument::new(&part.title, &part.text).of_type(source.document_type.clone());
            let made = match self.send(document).await {
                Sent::Made(id) => Some(id),
                // What was sent before, and lost, may still happen: the doubt stays, for the next run.
                Sent::Not(setback) if tried > 1 => return Err(setback),
                Sent::Not(setback) => {
                    entry.doubts.retain(|other| *other != doubt);
                    self.put(entry.clone())?;
                    return Err(setback);
                }
                Sent::Lost(lost) => self.recover(&source.key, &doubt, lost, tried).await?,
            };
            if let Some(id) = made {
                self.kb.succeeded();
                entry.found(&doubt, id);
                complete(entry, source, parts);
                return self.put(entry.clone());
            }
        }
        Ok(())
    }

    async fn send(&self, document: NewDocument) -> Sent {
        match self.kb.create(document).await {
            Ok(Told::Id(id)) if !self.was_there(&id) => Sent::Made(id),
            // It names no document, another one, or one that was there before: then it is the answer to something else.
            Ok(told) => {
                let names_another = told != Told::Nothing;
                Sent::Lost(Lost { error: None, names_another, may_land_late: false })
            }
            Err(Trouble::Failed(error)) if error.outcome() != Outcome::NotApplied => {
                let may_land_late =
                    error.kind() == ErrorKind::Timeout || matches!(error.status(), Some(408 | 504 | 524));
                Sent::Lost(Lost { error: Some(error), names_another: false, may_land_late })
            }
            Err(trouble) => Sent::Not(self.setback(trouble)),
        }
    }

    fn was_there(&self, id: &str) -> bool {
        self.ledger().owns(id) || self.before.iter().any(|(before, _)| before == id)
    }

    /// Looks for what a lost create made. `None` where it did not happen and is to be sent again.
    async fn recover(
        &self,
        key: &str,
        doubt: &Doubt,
        lost: Lost,
        tried: u32,
    ) -> Result<Option<String>, Setback> {
        let reason = match (settle(self.kb, doubt, |id| self.ledger().owns(id)).await, &lost.error) {
            (Settled::Made(id), _) => return Ok(Some(id)),
            (Settled::Never, Some(error)) if !lost.may_land_late => {
                if tried >= TRIES {
                    return Err(self.setback(Trouble::Failed(error.clone())));
                }
                self.late().push((key.to_owned(), doubt.clone()));
                self.pause(BACKOFF * 2u32.pow(tried - 1)).await;
                return Ok(None);
            }
            (Settled::Never, Some(_)) => "its creation timed out, and may still take effect".to_owned(),
            (Settled::Never, None) if lost.names_another => {
                "the API's response names another document, and this one is not listed".to_owned()
            }
            (Settled::Never, None) => {
                "the API's response has no ID, and the document is not listed".to_owned()
            }
            (Settled::Open(reason), _) => reason,
        };
        if let Some(error) = &lost.error {
            self.kb.failed(error);
        }
        let grace = if lost.may_land_late { self.pace.grace } else { Duration::ZERO };
        let happened = lost.error.is_none();
        let due = Instant::now() + grace;
        Err(Setback::Later(Box::new(Later { doubt: doubt.clone(), due, happened, reason })))
    }

    /// Looks once more for what a create in doubt may have made. `Err` tells why it stays in doubt.
    pub(crate) async fn settle_later(&self, task: &Task, later: &Later) -> Result<(), String> {
        let Some(mut entry) = self.entry(&task.key) else { return Ok(()) };
        match settle(self.kb, &later.doubt, |id| self.ledger().owns(id)).await {
            Settled::Made(id) => entry.found(&later.doubt, id),
            Settled::Never if !later.happened => {
                entry.doubts.retain(|other| *other != later.doubt);
                self.late().push((task.key.clone(), later.doubt.clone()));
            }
            Settled::Never => return Err(later.reason.clone()),
            Settled::Open(reason) => return Err(reason),
        }
        self.put(entry).map_err(|_| later.reason.clone())
    }

    async fn pause(&self, wait: Duration) {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.kb.cancellation().stopped() => {}
        }
    }

    /// The create of a part, about to be sent.
    fn doubt(&self, source: &Source, place: usize, part: &Part, content: &str) -> Doubt {
        let since = self.kb.meter().server_time();
        let ledger = self.ledger();
        let was_there = |(id, at): &&(String, jiff::Timestamp)| *at >= since && !ledger.owns(id);
        Doubt {
            hash: source.hash.clone(),
            part: place,
            title: part.title.clone(),
            document_type: source.document_type.clone(),
            content: content.to_owned(),
            since,
            except: self.before.iter().filter(was_there).map(|(id, _)| id.clone()).collect(),
        }
    }
}

/// Where all parts are made, the new rendering takes the place of the one before.
fn complete(entry: &mut Entry, source: &Source, parts: usize) -> bool {
    if entry.next.as_ref().is_none_or(|next| next.parts.len() < parts) {
        return false;
    }
    let title = std::mem::replace(&mut entry.title, source.title.clone());
    entry.bear(&title);
    entry.old.append(&mut entry.ids);
    entry.ids = entry.next.take().into_iter().flat_map(|next| next.parts.into_values()).collect();
    entry.document_type = source.document_type.clone();
    entry.hash.clone_from(&source.hash);
    entry.source.clone_from(&source.source);
    entry.converter.clone_from(&source.converter);
    true
}
