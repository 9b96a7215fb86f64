//! Which passages answer a question, and how much of it.

use std::collections::{HashMap, HashSet};

use super::passages;
use super::question::Term;
use super::words;
use crate::store::{Result, Store};

/// How many passages are looked at closely.
const CANDIDATES: usize = 40;
/// Rarity is measured as if there were at least this many passages, or a word would be common in a small
/// knowledge base for standing there once.
const FEWEST_PASSAGES: f64 = 50.0;

/// A passage with what it has to say to the question.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    pub(crate) document: i64,
    pub(crate) title: String,
    pub(crate) text: String,
    /// For ranking; more is better.
    pub(crate) score: f64,
    /// How much of the question's weight the passage covers with its title and headings, 0 to 1.
    pub(crate) coverage: f64,
}

/// A term with its weight in this knowledge base.
#[derive(Debug, Clone)]
pub(crate) struct Weighted {
    pub(crate) term: Term,
    pub(crate) weight: f64,
}

/// Weighs the terms by how rare they are; a word that stands nowhere weighs as much as the rarest.
pub(crate) fn weigh(store: &Store, terms: Vec<Term>) -> Result<Vec<Weighted>> {
    let passages = (store.passages()? as f64).max(FEWEST_PASSAGES);
    let weigh = |term: Term| {
        let mut frequency = 0.0;
        for (form, _) in &term.forms {
            frequency += store.frequency(form)? as f64;
        }
        let weight = term.importance * ((passages + 1.0) / (frequency + 0.5)).ln().max(0.1);
        Ok(Weighted { term, weight })
    };
    terms.into_iter().map(weigh).collect()
}

/// The best passages for the terms, best first.
pub(crate) fn retrieve(store: &Store, terms: &[Weighted]) -> Result<Vec<Evidence>> {
    let forms: Vec<String> =
        terms.iter().flat_map(|t| t.term.forms.iter().map(|(form, _)| form.clone())).collect();
    let mut texts: HashMap<i64, Option<(String, String)>> = HashMap::new();
    let mut found = Vec::new();
    for hit in store.search(&forms, CANDIDATES)? {
        if !texts.contains_key(&hit.document) {
            texts.insert(hit.document, store.text(hit.document)?);
        }
        let Some(Some((title, content))) = texts.get(&hit.document) else { continue };
        let passages = passages::split(content);
        let Some(passage) = passages.get(hit.passage) else { continue };
        let body: HashSet<String> = words::terms(passage.text).into_iter().collect();
        let heading: HashSet<String> = words::terms(&passage.headings.join("\n")).into_iter().collect();
        let of_title: HashSet<String> = words::terms(title).into_iter().collect();
        let whole: f64 = terms.iter().map(|t| t.weight).sum();
        let (mut covered, mut bonus) = (0.0, 0.0);
        for t in terms {
            let in_title = 0.95 * quality(&t.term, &of_title);
            let best = quality(&t.term, &body).max(0.95 * quality(&t.term, &heading)).max(in_title);
            covered += t.weight * best;
            bonus += t.weight * in_title;
        }
        let coverage = if whole > 0.0 { covered / whole } else { 0.0 };
        let score = coverage + 0.3 * bonus / whole.max(0.1);
        found.push(Evidence {
            document: hit.document,
            title: title.clone(),
            text: passage.text.to_owned(),
            score,
            coverage,
        });
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(found)
}

/// How well a set of index terms has a term: the best of its forms.
pub(crate) fn quality(term: &Term, set: &HashSet<String>) -> f64 {
    term.forms.iter().filter(|(form, _)| set.contains(form)).map(|(_, quality)| *quality).fold(0.0, f64::max)
}
