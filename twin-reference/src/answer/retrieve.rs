//! Which passages answer a question: the best of full text and of word vectors, held against the question by both.

use std::collections::HashMap;
use std::ops::Range;

use super::amounts::{Amount, Limits};
use super::fitted::WEIGHTS;
use super::passages::{self, Passage};
use super::question::{self, Question, Term};
use super::table::Vector;
use super::words;
use crate::store::{Result, Store};

/// How many passages each of the two ways of finding hands on.
const CANDIDATES: usize = 40;
/// How much of the common direction is taken out of every other, of a knowledge base of many passages, and how many
/// passages take out half of that: what all pages of a company have in common tells none from another.
const COMMON: f32 = 0.8;
const MANY: f32 = 20.0;
/// Two words this close or less have nothing to do with each other.
const UNLIKE: f64 = 0.2;
/// From how many words on what is remembered of them is forgotten.
const MOST_KNOWN: usize = 20_000;

/// A passage with what it has to say to the question.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    pub(crate) document: i64,
    pub(crate) title: String,
    /// Whether the document begins with it.
    pub(crate) is_opening: bool,
    pub(crate) text: String,
    /// The line that leads in to the list it continues, or the header row of the table.
    pub(crate) lead: Option<String>,
    /// The sentences of the text but for its headings, each with what it has to say by itself.
    pub(crate) sentences: Vec<(Range<usize>, f64)>,
    pub(crate) signals: [f64; WEIGHTS.len()],
    /// How much of each term the words of the passage, its headings and title cover.
    pub(crate) covered: Vec<f64>,
    /// For ranking; more is better.
    pub(crate) score: f64,
}

impl Evidence {
    /// The text, under what leads in to it.
    pub(crate) fn whole_text(&self) -> String {
        self.lead.iter().chain([&self.text]).map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

/// The best passages, best first.
pub(crate) fn retrieve(store: &Store, question: &Question) -> Result<Vec<Evidence>> {
    let forms = question.terms.iter().flat_map(|term| &term.forms);
    let forms = forms.map(|form| (form.passages, form.text.as_str())).collect();
    let (mut hits, common) = store.nearest(&question.vector, CANDIDATES)?;
    hits.extend(store.search(forms, CANDIDATES)?);
    hits.sort();
    hits.dedup();
    let passages = store.passages()? as f32;
    let common = Vector::default().plus(&common, -COMMON * passages / (passages + MANY));
    let aim = question.vector.plus(&common, 1.0).unit();
    let mut reader = Reader { question, aim, common, known: HashMap::new() };
    let mut found = Vec::new();
    for hits in hits.chunk_by(|a, b| a.document == b.document) {
        let document = hits[0].document;
        let Some((title, content)) = store.text(document)? else { continue };
        let passages = passages::split(&content);
        let passages = hits.iter().filter_map(|hit| Some((hit.passage == 0, passages.get(hit.passage)?)));
        let looks = passages.map(|(is_opening, passage)| reader.look(document, &title, passage, is_opening));
        found.extend(together(looks.collect()));
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(found)
}

/// The passages of one document, each with what the best of the others says for it, and its score.
fn together(mut looks: Vec<Evidence>) -> Vec<Evidence> {
    let passages: Vec<f64> = looks.iter().map(|look| look.signals[0]).collect();
    for (at, look) in looks.iter_mut().enumerate() {
        let others = passages.iter().enumerate().filter(|(other, _)| *other != at);
        look.signals[4] = others.map(|(_, near)| *near).fold(0.0, f64::max);
        look.score = look.signals.iter().zip(WEIGHTS).map(|(signal, weight)| signal * weight).sum();
    }
    looks
}

/// What a text says to a question: where its words point, and how much of each term they cover.
#[derive(Debug, Clone)]
struct Said {
    vector: Vector,
    covers: Vec<f64>,
}

impl Said {
    fn add(&mut self, other: &Self) {
        self.vector = self.vector.plus(&other.vector, 1.0);
        self.covers.iter_mut().zip(&other.covers).for_each(|(cover, other)| *cover = cover.max(*other));
    }
}

/// Holds texts against a question.
struct Reader<'q> {
    question: &'q Question,
    /// The question's direction, and how much of the common one is taken out of all.
    aim: Vector,
    common: Vector,
    /// What every word met so far says by itself.
    known: HashMap<String, Said>,
}

impl Reader<'_> {
    fn look(&mut self, document: i64, title: &str, passage: &Passage<'_>, is_opening: bool) -> Evidence {
        let (question, english) = (self.question, self.question.english);
        if self.known.len() > MOST_KNOWN {
            self.known.clear();
        }
        let of_title = self.read(title);
        let mut about = of_title.clone();
        about.add(&self.read(&passage.context()));
        let (mut whole, mut nearest) = (about.clone(), 0.0_f64);
        let mut sentences = Vec::new();
        let mut ranges = passages::sentences(passage.text);
        // A heading that is repeated says nothing more.
        let heads = |line: &str| line == title || passage.headings.contains(&line);
        ranges.retain(|range| !heads(&passage.text[range.clone()]));
        for range in ranges {
            let said = self.read(&passage.text[range.clone()]);
            nearest = nearest.max(self.cosine(about.vector.plus(&said.vector, 1.0)));
            let near = english * f64::from(question.vector.dot(&said.vector.unit()));
            let score = (WEIGHTS[0] + WEIGHTS[1]) * near + WEIGHTS[2] * question.share(&said.covers);
            sentences.push((range, score));
            whole.add(&said);
        }
        let share = question.share(&whole.covers);
        // What is no English is told by its words alone.
        let near = |cosine: f64| english * cosine + (1.0 - english) * share;
        let signals = [
            near(self.cosine(whole.vector)),
            near(nearest),
            share,
            english * self.cosine(of_title.vector),
            0.0,
            question.ruled_by(passage.text),
        ];
        Evidence {
            document,
            title: title.to_owned(),
            is_opening,
            text: passage.text.to_owned(),
            lead: passage.lead.map(str::to_owned),
            sentences,
            signals,
            covered: whole.covers,
            score: 0.0,
        }
    }

    fn cosine(&self, vector: Vector) -> f64 {
        f64::from(self.aim.dot(&vector.unit().plus(&self.common, 1.0).unit()))
    }

    fn read(&mut self, text: &str) -> Said {
        let mut said = Said { vector: Vector::default(), covers: vec![0.0; self.question.terms.len()] };
        words::each(text, |word| {
            if !self.known.contains_key(word) {
                self.known.insert(word.to_owned(), self.question.meets(word));
            }
            said.add(&self.known[word]);
        });
        said
    }
}

impl Question {
    /// What a word says.
    fn meets(&self, word: &str) -> Said {
        let folded = words::fold(word);
        let mut vector = Vector::default();
        // The parts of `on-call` are met by themselves.
        if !word.contains('-') {
            vector.add(&folded, 1.0);
        }
        let stems = words::terms(word, &folded);
        let alike = if question::is_stop_word(&folded) { Vector::default() } else { vector.unit() };
        // Through another word a term is never covered in full.
        let cover = |term: &Term| {
            let exact = term.forms.iter().filter(|form| stems.contains(&form.text)).map(|form| form.quality);
            let alike = (self.english * f64::from(term.vector.dot(&alike)) - UNLIKE) / (1.0 - UNLIKE);
            exact.fold(alike.max(0.0), f64::max)
        };
        Said { vector, covers: self.terms.iter().map(cover).collect() }
    }

    /// 1 if a rule of this text is about a sum of the question.
    pub(super) fn ruled_by(&self, text: &str) -> f64 {
        let is_ruled = |sum: &Amount| Limits::of(text, sum.unit).has_rule_for(sum.value);
        f64::from(u8::from(self.sums.iter().any(is_ruled)))
    }

    /// How much of the question's weight is covered, 0 to 1.
    fn share(&self, covers: &[f64]) -> f64 {
        let weight: f64 = self.terms.iter().map(|term| term.weight).sum();
        let part: f64 = self.terms.iter().zip(covers).map(|(term, cover)| term.weight * cover).sum();
        part / weight.max(f64::MIN_POSITIVE)
    }
}
