//! The survey: the requests before the plan. They tell whether this is the right knowledge base, how doubts of
//! earlier runs turned out, and what is there already.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use twin_sdk::DocumentType;

use super::adopt::{Shelf, Wanted};
use super::cancellation::StopReason;
use super::digest;
use super::doubt::{Listed, Listing};
use super::entry::{Doubt, Entry};
use super::guard::Refusal;
use super::intake::Export;
use super::kb::{Kb, Trouble};
use super::settle::settle_in;
use super::state::State;
use super::steps::{Findings, Settled};

/// How many known documents are asked for where a listing shows none of them.
const SAMPLES: usize = 3;

/// What the requests before the plan told.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) findings: Findings,
    /// Documents that were there already, and since when.
    pub(crate) before: Vec<(String, Timestamp)>,
    /// Why the run cannot go on.
    pub(crate) refusal: Option<Refusal>,
    /// Known documents of which a whole listing shows that they are gone.
    pub(crate) unlisted: usize,
    /// Sources of which a document could not be asked for, and why.
    pub(crate) unverified: Vec<(String, Arc<twin_sdk::Error>)>,
    /// Documents that were read to compare them with the export's.
    pub(crate) compared: usize,
}

/// What to look for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inquiry {
    /// Ask for every known document.
    pub(crate) verify: bool,
    /// What equals the export may be adopted, where there is no state.
    pub(crate) adopt: bool,
    /// What cannot be told is taken for new.
    pub(crate) assume_new: bool,
    /// Requests at once.
    pub(crate) concurrency: usize,
}

/// Surveys a knowledge base of which there is a state.
pub(crate) async fn with_state(kb: &Kb, state: &State, inquiry: Inquiry) -> Result<Survey, Trouble> {
    let listing = kb.list(None).await?;
    let mut survey = Survey { before: moments(&listing), ..Survey::default() };
    survey.findings.titles = titles(&listing);
    let known: HashMap<&str, &str> =
        state.entries().flat_map(|entry| entry.expected().map(|id| (id, entry.key.as_str()))).collect();
    let shown = listing.documents.iter().filter(|document| known.contains_key(document.id.as_str())).count();
    if shown == 0 && !known.is_empty() {
        survey.refusal = none_of_them_is_here(kb, state).await?;
        if survey.refusal.is_some() {
            return Ok(survey);
        }
    }
    if listing.is_whole() {
        survey.unlisted = known.len() - shown;
    }
    survey.findings.settled = settle_doubts(kb, state, &listing, inquiry, &mut survey.before).await?;
    if inquiry.verify {
        verify(kb, &known, inquiry.concurrency, &mut survey).await?;
    }
    Ok(survey)
}

/// Asks for a few known documents; none of them there is another knowledge base.
async fn none_of_them_is_here(kb: &Kb, state: &State) -> Result<Option<Refusal>, Trouble> {
    let known: Vec<&str> = state.entries().flat_map(Entry::expected).collect();
    let spread = (0..SAMPLES).filter_map(|n| known.get(n * known.len().saturating_sub(1) / (SAMPLES - 1)));
    let mut samples: Vec<&str> = spread.copied().collect();
    samples.dedup();
    let asked = samples.len();
    for id in samples {
        if kb.content(id).await?.is_some() {
            return Ok(None);
        }
    }
    Ok(Some(Refusal::OtherKnowledgeBase { asked }))
}

/// Settles what earlier runs left open, with a listing for each type where the general one does not reach back.
async fn settle_doubts(
    kb: &Kb,
    state: &State,
    general: &Listing,
    inquiry: Inquiry,
    before: &mut Vec<(String, Timestamp)>,
) -> Result<Vec<(String, Doubt, Settled)>, Trouble> {
    let mut settled = Vec::new();
    let mut found: HashSet<String> = state.entries().flat_map(Entry::owned).map(str::to_owned).collect();
    let mut by_type: HashMap<DocumentType, Listing> = HashMap::new();
    for entry in state.entries() {
        for doubt in &entry.doubts {
            let listing = if general.reaches_back_to(doubt.since) {
                general
            } else {
                if !by_type.contains_key(&doubt.document_type) {
                    let listing = kb.list(Some(&doubt.document_type)).await?;
                    before.extend(moments(&listing));
                    by_type.insert(doubt.document_type.clone(), listing);
                }
                &by_type[&doubt.document_type]
            };
            let outcome = match settle_in(kb, doubt, listing, |id| found.contains(id)).await {
                Settled::Open(_) if inquiry.assume_new => Settled::Never,
                outcome => outcome,
            };
            if let Some(StopReason::Api(error)) = kb.cancellation().reason() {
                return Err(Trouble::Failed(error));
            }
            if let Settled::Made(id) = &outcome {
                found.insert(id.clone());
            }
            settled.push((entry.key.clone(), doubt.clone(), outcome));
        }
    }
    Ok(settled)
}

/// Asks for every known document. One that cannot be asked for is taken to be there, and told.
async fn verify(
    kb: &Kb,
    known: &HashMap<&str, &str>,
    concurrency: usize,
    survey: &mut Survey,
) -> Result<(), Trouble> {
    let asked = known.iter().map(|(&id, &key)| async move { (id, key, kb.content(id).await) });
    let mut answers = stream::iter(asked).buffer_unordered(concurrency);
    while let Some((id, key, answer)) = answers.next().await {
        match answer {
            Ok(Some(_)) => kb.succeeded(),
            Ok(None) => {
                kb.succeeded();
                survey.findings.missing.insert(id.to_owned());
            }
            Err(Trouble::Failed(error)) => {
                kb.failed(&error);
                if kb.cancellation().is_stopped() {
                    return Err(Trouble::Failed(error));
                }
                survey.unverified.push((key.to_owned(), error));
            }
            Err(Trouble::Stopped) => return Err(Trouble::Stopped),
        }
    }
    Ok(())
}

/// The digests of the texts of documents; `None` for one that is not there.
async fn contents(
    kb: &Kb,
    ids: Vec<String>,
    concurrency: usize,
) -> Result<Vec<(String, Option<String>)>, Trouble> {
    let read = ids.into_iter().map(|id| async move {
        let text = kb.content(&id).await?;
        Ok((id, text.map(|text| digest::of_content(&text))))
    });
    stream::iter(read).buffer_unordered(concurrency).try_collect().await
}

/// Surveys a knowledge base of which there is no state.
pub(crate) async fn without_state(kb: &Kb, export: &mut Export, inquiry: Inquiry) -> Result<Survey, Trouble> {
    let listing = kb.list(None).await?;
    let mut survey = Survey { before: moments(&listing), ..Survey::default() };
    if listing.total == 0 || export.sources.is_empty() {
        return Ok(survey);
    }
    if !inquiry.adopt {
        survey.refusal = Some(Refusal::NoState { documents: listing.total });
        return Ok(survey);
    }
    let mut documents = listing.documents.clone();
    if !listing.is_whole() {
        let mut types: Vec<&DocumentType> =
            export.sources.iter().map(|source| &source.document_type).collect();
        types.sort_unstable();
        types.dedup();
        for document_type in types {
            let listing = kb.list(Some(document_type)).await?;
            if !listing.is_whole() && !inquiry.assume_new {
                let (document_type, listed, total) =
                    (document_type.to_string(), listing.documents.len(), listing.total);
                survey.refusal = Some(Refusal::Unlistable { document_type, listed, total });
                return Ok(survey);
            }
            survey.before.extend(moments(&listing));
            documents.extend(listing.documents);
        }
        documents.sort_by_key(|document| std::cmp::Reverse(document.created_at));
    }
    let shelf = Shelf::new(&documents);
    let wanted = wanted(export, &shelf).map_err(|error| kb.disk_failed(error))?;
    let to_read = shelf.to_read(&wanted);
    survey.compared = to_read.len();
    let texts = contents(kb, to_read, inquiry.concurrency).await?;
    let texts = texts.into_iter().filter_map(|(id, text)| Some((id, text?))).collect();
    survey.findings.adopted = shelf.matches(&wanted, &texts);
    Ok(survey)
}

/// The parts of the export that a document on the shelf could be.
fn wanted(export: &mut Export, shelf: &Shelf) -> std::io::Result<Vec<Wanted>> {
    let mut wanted = Vec::new();
    for index in 0..export.sources.len() {
        let source = &export.sources[index];
        let (key, document_type) = (source.key.clone(), source.document_type.clone());
        if source.parts == 1 && !shelf.has(&source.title, &document_type) {
            continue;
        }
        for (part, piece) in export.parts(index)?.into_iter().enumerate() {
            if shelf.has(&piece.title, &document_type) {
                let content = digest::of_content(&piece.text);
                let (key, document_type) = (key.clone(), document_type.clone());
                wanted.push(Wanted { key, part, title: piece.title, document_type, content });
            }
        }
    }
    Ok(wanted)
}

/// One whose title the API does not tell is as good as one that is not listed.
fn titles(listing: &Listing) -> HashMap<String, String> {
    let titled = listing.documents.iter().filter(|document| !document.title.trim().is_empty());
    titled.map(|document| (document.id.clone(), document.title.clone())).collect()
}

fn moments(listing: &Listing) -> Vec<(String, Timestamp)> {
    // One without a time is taken for the newest, so that it is never taken for what a later attempt made.
    let moment = |document: &Listed| document.created_at.unwrap_or(Timestamp::MAX);
    listing.documents.iter().map(|document| (document.id.clone(), moment(document))).collect()
}
