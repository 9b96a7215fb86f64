//! Which passages answer a question, and how much of it.

use std::collections::{HashMap, HashSet};

use super::amounts::{self, Amount, Limits};
use super::passages::{self, Passage};
use super::question::Term;
use super::{vocabulary, words};
use crate::store::{Hit, Result, Store};

/// How many passages are looked at closely.
const CANDIDATES: usize = 40;
/// Rarity is measured as if there were at least this many passages, or a word would be common in a small
/// knowledge base for standing there once.
const FEWEST_PASSAGES: f64 = 60.0;
/// What a term is worth that stands in the title or a heading, beside one in the passage's text.
const IN_HEADING: f64 = 0.95;
/// What a term is worth that stands elsewhere in the same document.
const ELSEWHERE: f64 = 0.4;
/// What a synonym is worth where the documents use the asker's own word as well, beside where they do not.
const NEEDLESS_SYNONYM: f64 = 0.75;

/// What the likely right form of a misspelt word is worth.
const TYPO: f64 = 0.85;
/// What a word is worth that begins like the asker's.
const ALIKE: f64 = 0.6;
/// What each of several synonyms found together tells by itself.
const SEVERAL: f64 = 0.7;

/// What lifts a passage that has a rule for a sum the question names, and further one that has a tier for it.
const A_RULE: f64 = 0.1;
const A_TIER: f64 = 0.2;
/// What lifts a passage with a number where the question asks for one, and one with the right unit.
const A_NUMBER: f64 = 0.06;
/// What lifts the first passage of a document, which mostly says what it is about.
const OPENING: f64 = 0.03;

/// A term with its weight in this knowledge base.
#[derive(Debug, Clone)]
pub(crate) struct Weighted {
    pub(crate) term: Term,
    pub(crate) weight: f64,
}

/// A passage with what it has to say to the question.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    pub(crate) document: i64,
    pub(crate) title: String,
    pub(crate) text: String,
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
    /// How much of the title the question names, 0 to 1.
    pub(crate) title_named: f64,
}

/// Weighs the terms by how rare they are; a word that stands nowhere weighs as much as the rarest.
pub(crate) fn weigh(store: &Store, terms: Vec<Term>) -> Result<Vec<Weighted>> {
    let passages = (store.passages()? as f64).max(FEWEST_PASSAGES);
    let weigh = |mut term: Term| {
        let frequency = frequency(store, &mut term)?;
        let rarity = ((passages + 1.0) / (frequency + 0.5)).ln().max(0.1);
        let weight = if frequency > 0.0 { term.known } else { term.unknown } * rarity;
        Ok(Weighted { term, weight })
    };
    terms.into_iter().map(weigh).collect()
}

/// In how many passages a term stands: the word itself where the documents use it, else what else it may
/// be called, on average.
fn frequency(store: &Store, term: &mut Term) -> Result<f64> {
    let own = store.frequency(&term.forms[0].0)? as f64;
    if own > 0.0 {
        term.forms.iter_mut().skip(1).for_each(|(_, quality)| *quality *= NEEDLESS_SYNONYM);
        return Ok(own);
    }
    let known = average(store, &term.forms[1..])?;
    if known > 0.0 {
        return Ok(known);
    }
    let kin = kin(store, &term.forms[0].0)?;
    let frequency = average(store, &kin)?;
    term.forms.extend(kin);
    Ok(frequency)
}

/// How often those of the forms stand that stand at all.
fn average(store: &Store, forms: &[(String, f64)]) -> Result<f64> {
    let mut known = Vec::new();
    for (form, _) in forms {
        known.push(store.frequency(form)? as f64);
    }
    known.retain(|&frequency| frequency > 0.0);
    Ok(known.iter().sum::<f64>() / (known.len().max(1) as f64))
}

/// Words the documents know for one they do not: a misspelt one's right form, and compounds and
/// derivations that begin alike (`Urlaub`, `Urlaubsantrag`).
fn kin(store: &Store, word: &str) -> Result<Vec<(String, f64)>> {
    let Some(beginning) = word.get(..3).filter(|_| word.len() >= 5) else { return Ok(Vec::new()) };
    let kin = store.terms_beginning(beginning)?.into_iter().filter_map(|known| {
        let shared = word.bytes().zip(known.bytes()).take_while(|(a, b)| a == b).count();
        if word.len() >= 6 && is_typo(word, &known, shared) {
            Some((known, TYPO))
        } else {
            let alike = shared >= 5 && shared * 10 >= 7 * word.len().min(known.len());
            alike.then_some((known, ALIKE))
        }
    });
    Ok(kin.collect())
}

/// Whether one letter was left out, added, changed or swapped with the next; `shared` is how many agree.
fn is_typo(word: &str, known: &str, shared: usize) -> bool {
    let (a, b) = (&word.as_bytes()[shared..], &known.as_bytes()[shared..]);
    let swapped = a.len() >= 2 && b.len() >= 2 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..];
    match a.len().cmp(&b.len()) {
        _ if swapped => true,
        std::cmp::Ordering::Equal => a.len() > 1 && a[1..] == b[1..],
        std::cmp::Ordering::Less => b[1..] == *a && !a.is_empty(),
        std::cmp::Ordering::Greater => a[1..] == *b && !b.is_empty(),
    }
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
        let title_terms = set(&title);
        let looks: Vec<(usize, Look<'_>)> = hits
            .iter()
            .filter_map(|&hit| Some((hit, Look::at(passages.get(hit)?, terms, &title_terms))))
            .collect();
        let anywhere = best_of_each(terms.len(), looks.iter().map(|(_, look)| &look.covered));
        for (place, look) in looks {
            let mut evidence = look.evidence(document, &title, &title_terms, place, terms, &anywhere);
            evidence.score += wanted.lift(&evidence);
            found.push(evidence);
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(found)
}

/// What kind of thing a question wants to be told.
struct Wanted {
    sums: Vec<Amount>,
    number: bool,
    sum: bool,
}

impl Wanted {
    fn by(question: &str) -> Self {
        let lower = question.to_lowercase();
        let number = [
            "how many",
            "how much",
            "how long",
            "how often",
            "how old",
            "how fast",
            "how quickly",
            "how soon",
            "how late",
            "when",
            "what time",
            "by what",
            "max",
            "minimum",
            "wie viel",
            "wie lang",
            "wie oft",
            "wann",
        ];
        let sum = [
            "how much",
            "cost",
            "price",
            "fee",
            "pay",
            "paid",
            "max",
            "discount",
            "bonus",
            "allowance",
            "budget",
        ];
        Self {
            sums: amounts::amounts(question),
            number: number.iter().any(|word| lower.contains(word)),
            sum: sum.iter().any(|word| lower.contains(word)),
        }
    }

    fn lift(&self, evidence: &Evidence) -> f64 {
        let limits = self.sums.iter().map(|sum| (Limits::of(&evidence.text, sum.unit), sum.value));
        let (tier, rule) = limits.fold((false, false), |(tier, rule), (limits, sum)| {
            (tier || limits.has_tier_for(sum), rule || limits.speaks_of(sum))
        });
        let number = self.number && evidence.text.contains(|c: char| c.is_ascii_digit());
        let sum = self.sum && !amounts::amounts(&evidence.text).is_empty();
        let opening = evidence.place == 0;
        [(tier, A_TIER), (rule, A_RULE), (number, A_NUMBER), (sum, A_NUMBER), (opening, OPENING)]
            .iter()
            .map(|(holds, lift)| if *holds { *lift } else { 0.0 })
            .sum()
    }
}

fn by_document(hits: Vec<Hit>) -> Vec<(i64, Vec<usize>)> {
    let mut documents: Vec<(i64, Vec<usize>)> = Vec::new();
    let mut places = HashMap::new();
    for hit in hits {
        let place = *places.entry(hit.document).or_insert_with(|| {
            documents.push((hit.document, Vec::new()));
            documents.len() - 1
        });
        documents[place].1.push(hit.passage);
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
        let in_heading = qualities(terms, &set(&passage.headings.join("\n")), IN_HEADING);
        let sentences = passages::sentences(passage.text);
        let in_sentences: Vec<_> =
            sentences.iter().map(|sentence| qualities(terms, &set(sentence), 1.0)).collect();
        let covered = best_of_each(terms.len(), in_sentences.iter().chain([&in_title, &in_heading]));
        Self { passage, in_title, in_heading, in_sentences, covered }
    }

    fn evidence(
        self,
        document: i64,
        title: &str,
        title_terms: &HashSet<String>,
        place: usize,
        terms: &[Weighted],
        anywhere: &[f64],
    ) -> Evidence {
        let covered: Vec<f64> =
            self.covered.iter().zip(anywhere).map(|(f, a)| f.max(ELSEWHERE * a)).collect();
        let (coverage, title_coverage) = (share(terms, &covered), share(terms, &self.in_title));
        let closeness = self.closeness(terms);
        let title_named = self.in_title.iter().filter(|quality| **quality > 0.9).count() as f64
            / title_terms.iter().filter(|term| !vocabulary::is_stop_word(term)).count().max(1) as f64;
        let score =
            0.5 * coverage + 0.5 * closeness + 0.25 * title_coverage + 0.1 * share(terms, &self.in_heading);
        Evidence {
            document,
            title: title.to_owned(),
            text: self.passage.text.to_owned(),
            place,
            score,
            covered,
            in_text: best_of_each(terms.len(), self.in_sentences.iter()),
            coverage,
            title_named,
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

fn set(text: &str) -> HashSet<String> {
    words::terms(text).into_iter().collect()
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
    qualities(terms, &set(text), 1.0)
}

pub(crate) fn best_of_each<'a>(terms: usize, lists: impl Iterator<Item = &'a Vec<f64>>) -> Vec<f64> {
    lists.fold(vec![0.0; terms], |best, list| best.iter().zip(list).map(|(a, b)| a.max(*b)).collect())
}

/// How much of the terms' weight is covered, 0 to 1.
pub(crate) fn share(terms: &[Weighted], qualities: &[f64]) -> f64 {
    let whole: f64 = terms.iter().map(|t| t.weight).sum();
    let part: f64 = terms.iter().zip(qualities).map(|(t, quality)| t.weight * quality).sum();
    part / whole.max(f64::MIN_POSITIVE)
}
