//! Which passages answer a question: the best of full text and of word vectors, held against the question by both.

use std::collections::BTreeMap;

use super::fitted::WEIGHTS;
use super::passages::{self, Passage};
use super::question::Question;
use super::table::Vector;
use super::words;
use crate::store::{Hit, Result, Store};

/// How many passages each of the two ways of finding hands on.
const CANDIDATES: usize = 40;
/// What a word counts in the headings and in the title, beside one in the text.
const HEADING: f64 = 2.0;
const TITLE: f64 = 2.0;
/// How soon more of the same word tells nothing more, and how much a long text is held against it (BM25).
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.75;
const USUAL_LENGTH: f64 = 90.0;
/// How much of the common direction is taken out of every other, of a knowledge base of many passages, and how many
/// passages take out half of that: what all pages of a company have in common tells none from another.
const COMMON: f32 = 0.8;
const MANY: f32 = 20.0;

/// A passage with what it has to say to the question.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    pub(crate) document: i64,
    pub(crate) title: String,
    pub(crate) text: String,
    /// The headings it stands under.
    pub(crate) context: String,
    /// The header row of the table it continues.
    pub(crate) table: Option<String>,
    /// The cosine of the question with the passage, and with its best sentence; what full text gives it of the most
    /// it could give.
    pub(crate) signals: [f64; 3],
    /// How well each term is covered by the passage with its headings and title.
    pub(crate) covered: Vec<f64>,
    /// For ranking; more is better.
    pub(crate) score: f64,
}

impl Evidence {
    /// The text, under the header of the table it continues.
    pub(crate) fn whole_text(&self) -> String {
        self.table.iter().chain([&self.text]).map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

/// The best passages, best first.
pub(crate) fn retrieve(store: &Store, question: &Question) -> Result<Vec<Evidence>> {
    let forms = question.terms.iter().flat_map(|term| &term.forms);
    let forms: Vec<String> = forms.map(|(form, _)| form.clone()).collect();
    let mut hits: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    let (near, common) = store.nearest(&question.vector, CANDIDATES)?;
    let aim = Aim::of(question, common, store.passages()? as f32);
    for Hit { document, passage } in store.search(&forms, CANDIDATES)?.into_iter().chain(near) {
        let passages = hits.entry(document).or_default();
        if !passages.contains(&passage) {
            passages.push(passage);
        }
    }
    let mut found = Vec::new();
    for (document, hits) in hits {
        let Some((title, content)) = store.text(document)? else { continue };
        let passages = passages::split(&content);
        let in_title = Counts::of(question, &title);
        let looks = hits.into_iter().filter_map(|hit| passages.get(hit));
        found.extend(looks.map(|passage| look(question, &aim, document, &title, &in_title, passage)));
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(found)
}

/// The question's direction without what the knowledge base has in common.
struct Aim {
    vector: Vector,
    common: Vector,
    share: f32,
}

impl Aim {
    fn of(question: &Question, common: Vector, passages: f32) -> Self {
        let share = -COMMON * passages / (passages + MANY);
        Self { vector: question.vector.plus(&common, share).unit(), common, share }
    }

    fn cosine(&self, vector: Vector) -> f64 {
        f64::from(self.vector.dot(&vector.unit().plus(&self.common, self.share).unit()))
    }
}

fn look(
    question: &Question,
    aim: &Aim,
    document: i64,
    title: &str,
    in_title: &Counts,
    passage: &Passage<'_>,
) -> Evidence {
    let context = passage.context();
    let (in_heading, in_text) = (Counts::of(question, &context), Counts::of(question, passage.text));
    let mut about = Vector::default();
    about.add(title);
    about.add(&context);
    let mut whole = about;
    whole.add(passage.text);
    let best = passages::sentences(passage.text).into_iter().map(|sentence| {
        let mut sum = about;
        sum.add(&passage.text[sentence]);
        aim.cosine(sum)
    });
    let best = best.fold(0.0, f64::max);
    let length = 1.0 - LENGTH + LENGTH * in_text.words / USUAL_LENGTH;
    let mut covered = Vec::with_capacity(question.terms.len());
    let saturated = |at: usize| {
        let count =
            in_text.found[at].0 / length + HEADING * in_heading.found[at].0 + TITLE * in_title.found[at].0;
        count / (count + SATURATION)
    };
    let mut full_text = 0.0;
    for (at, term) in question.terms.iter().enumerate() {
        full_text += term.weight * saturated(at);
        covered.push(in_text.found[at].1.max(in_heading.found[at].1).max(in_title.found[at].1));
    }
    full_text /= question.weight();
    // What is no English is told by full text alone.
    let near = |cosine: f64| question.english * cosine + (1.0 - question.english) * full_text;
    let signals = [near(aim.cosine(whole)), near(best), full_text];
    Evidence {
        document,
        title: title.to_owned(),
        text: passage.text.to_owned(),
        context,
        table: passage.table.map(str::to_owned),
        signals,
        covered,
        score: signals.iter().zip(WEIGHTS).map(|(signal, weight)| signal * weight).sum(),
    }
}

/// How often a text has each term of a question, and how well.
pub(crate) struct Counts {
    pub(crate) found: Vec<(f64, f64)>,
    words: f64,
}

impl Counts {
    pub(crate) fn of(question: &Question, text: &str) -> Self {
        let mut counts = Self { found: vec![(0.0, 0.0); question.terms.len()], words: 0.0 };
        words::each_term(text, |word| {
            counts.words += 1.0;
            for (term, found) in question.terms.iter().zip(&mut counts.found) {
                if let Some((_, quality)) = term.forms.iter().find(|(form, _)| form == word) {
                    *found = (found.0 + quality, found.1.max(*quality));
                }
            }
        });
        counts
    }
}

impl Question {
    /// The weight of all its terms.
    fn weight(&self) -> f64 {
        self.terms.iter().map(|term| term.weight).sum::<f64>().max(f64::MIN_POSITIVE)
    }

    /// How much of the question's weight is covered, 0 to 1.
    pub(crate) fn share(&self, covered: &[f64]) -> f64 {
        let part: f64 = self.terms.iter().zip(covered).map(|(term, covered)| term.weight * covered).sum();
        part / self.weight()
    }
}
