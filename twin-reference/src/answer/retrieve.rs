//! Which passages answer a question, and how much of it.

use std::collections::HashSet;

use super::passages::{self, Passage};
use super::question::Term;
use super::wanted::Wanted;
use super::weigh::{Weighted, share};
use super::words;
use crate::store::{Hit, Result, Store};

/// How many passages are looked at closely.
const CANDIDATES: usize = 40;
/// What a term is worth that stands in the title or a heading, beside one in the passage's text.
const IN_HEADING: f64 = 0.95;
/// What lifts a passage whose title, and whose headings, have all of the question's weight.
const TITLE: f64 = 0.5;
const HEADING: f64 = 0.06;
/// What a term is worth that stands elsewhere in the same document.
const ELSEWHERE: f64 = 0.5;
/// What each of several synonyms found together tells by itself.
const SEVERAL: f64 = 0.95;

/// A passage with what it has to say to the question.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    pub(crate) document: i64,
    pub(crate) title: String,
    pub(crate) text: String,
    /// The header row of the table it continues.
    pub(crate) table: Option<String>,
    /// The place of the passage in its document.
    pub(crate) place: usize,
    /// For ranking; more is better.
    pub(crate) score: f64,
    /// How well each term is covered: by the passage, its headings and title, less by the rest of the document.
    pub(crate) covered: Vec<f64>,
    /// How well each term is covered by the passage's text alone.
    pub(crate) in_text: Vec<f64>,
    /// How much of the question's weight is covered, 0 to 1.
    pub(crate) coverage: f64,
}

/// The best passages for the terms, best first.
pub(crate) fn retrieve(store: &Store, question: &str, terms: &[Weighted]) -> Result<Vec<Evidence>> {
    let wanted = Wanted::by(question);
    let forms: Vec<String> =
        terms.iter().flat_map(|t| t.term.forms.iter().map(|(form, _)| form.clone())).collect();
    let mut found = Vec::new();
    for (document, hits) in by_document(store.search(&forms, CANDIDATES)?) {
        let Some((title, content)) = store.text(document)? else { continue };
        let passages = passages::split(&content);
        let title_terms = words::term_set(&title);
        let looks: Vec<(usize, Look<'_>)> = hits
            .iter()
            .filter_map(|&hit| Some((hit, Look::at(passages.get(hit)?, terms, &title_terms))))
            .collect();
        let anywhere = best_of_each(terms.len(), looks.iter().map(|(_, look)| &look.covered));
        for (place, look) in looks {
            let mut evidence = look.evidence(document, &title, place, terms, &anywhere);
            evidence.score += wanted.lift(&evidence.text, evidence.coverage, evidence.place == 0);
            found.push(evidence);
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(found)
}

/// The documents hit, best first, each with its passages.
fn by_document(hits: Vec<Hit>) -> Vec<(i64, Vec<usize>)> {
    let mut documents: Vec<(i64, Vec<usize>)> = Vec::new();
    for hit in hits {
        match documents.iter_mut().find(|(document, _)| *document == hit.document) {
            Some((_, passages)) => passages.push(hit.passage),
            None => documents.push((hit.document, vec![hit.passage])),
        }
    }
    documents
}

/// A passage held against the question's terms. Each list holds how well each term is found somewhere.
struct Look<'a> {
    passage: &'a Passage<'a>,
    in_title: Vec<f64>,
    in_heading: Vec<f64>,
    /// In the text alone, sentence by sentence.
    in_sentences: Vec<Vec<f64>>,
    /// In any of these.
    covered: Vec<f64>,
}

impl<'a> Look<'a> {
    fn at(passage: &'a Passage<'a>, terms: &[Weighted], title: &HashSet<String>) -> Self {
        let in_title = qualities(terms, title, IN_HEADING);
        let in_heading = qualities(terms, &words::term_set(&passage.context()), IN_HEADING);
        let sentences = passages::sentences(passage.text);
        let in_sentences: Vec<_> = sentences
            .into_iter()
            .map(|sentence| qualities(terms, &words::term_set(&passage.text[sentence]), 1.0))
            .collect();
        let covered = best_of_each(terms.len(), in_sentences.iter().chain([&in_title, &in_heading]));
        Self { passage, in_title, in_heading, in_sentences, covered }
    }

    fn evidence(
        self,
        document: i64,
        title: &str,
        place: usize,
        terms: &[Weighted],
        anywhere: &[f64],
    ) -> Evidence {
        let covered: Vec<f64> =
            self.covered.iter().zip(anywhere).map(|(f, a)| f.max(ELSEWHERE * a)).collect();
        let (coverage, title_coverage) = (share(terms, &covered), share(terms, &self.in_title));
        let closeness = self.closeness(terms);
        let score = 0.5 * coverage
            + 0.5 * closeness
            + TITLE * title_coverage
            + HEADING * share(terms, &self.in_heading);
        Evidence {
            document,
            title: title.to_owned(),
            text: self.passage.text.to_owned(),
            table: self.passage.table.map(str::to_owned),
            place,
            score,
            covered,
            in_text: best_of_each(terms.len(), self.in_sentences.iter()),
            coverage,
        }
    }

    /// The best any two neighbouring sentences do, with the headings and the title.
    fn closeness(&self, terms: &[Weighted]) -> f64 {
        let windows = (0..self.in_sentences.len()).map(|n| {
            let last = (n + 2).min(self.in_sentences.len());
            let near = self.in_sentences[n..last].iter().chain([&self.in_title, &self.in_heading]);
            share(terms, &best_of_each(terms.len(), near))
        });
        windows.fold(0.0, f64::max)
    }
}

/// How well a set of index terms has each term: by the best of its forms, and a little better by several.
fn qualities(terms: &[Weighted], set: &HashSet<String>, worth: f64) -> Vec<f64> {
    let quality = |term: &Term| {
        let forms = term.forms.iter().filter(|(form, _)| set.contains(form));
        let (best, missing) = forms.fold((0.0, 1.0), |(best, missing), (_, quality)| {
            (f64::max(best, *quality), missing * (1.0 - SEVERAL * quality))
        });
        worth * f64::max(best, 1.0 - missing)
    };
    terms.iter().map(|t| quality(&t.term)).collect()
}

/// How well a text has each term.
pub(crate) fn qualities_in(terms: &[Weighted], text: &str) -> Vec<f64> {
    qualities(terms, &words::term_set(text), 1.0)
}

pub(crate) fn best_of_each<'a>(terms: usize, lists: impl Iterator<Item = &'a Vec<f64>>) -> Vec<f64> {
    lists.fold(vec![0.0; terms], |best, list| best.iter().zip(list).map(|(a, b)| a.max(*b)).collect())
}
