//! Which passages answer a question: the best of full text and of word vectors, held against the question by both.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::fitted::WEIGHTS;
use super::passages::{self, Passage};
use super::question::{self, Question};
use super::table::Vector;
use super::words;
use crate::store::{Hit, Result, Store};

/// How many passages each of the two ways of finding hands on.
const CANDIDATES: usize = 40;
/// How much of the common direction is taken out of every other, of a knowledge base of many passages, and how many
/// passages take out half of that: what all pages of a company have in common tells none from another.
const COMMON: f32 = 0.8;
const MANY: f32 = 20.0;
/// Two words this close or less have nothing to do with each other.
const UNLIKE: f64 = 0.2;

/// Words whose cosines are remembered at once.
const MOST_KNOWN: usize = 50_000;

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
    /// How the words of the passage, its headings and title cover each term.
    pub(crate) covered: Vec<Cover>,
    /// Whether its title or a heading above it says no more than the question does.
    pub(crate) is_headed: bool,
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
    let mut reader = Reader { question, aim, known: HashMap::new() };
    let mut found = Vec::new();
    for (document, hits) in hits {
        let Some((title, content)) = store.text(document)? else { continue };
        let passages = passages::split(&content);
        // A heading alone says nothing of what it is about.
        let is_bare = |passage: &&Passage<'_>| passage.headings.last() == Some(&passage.text);
        let all_bare = passages.iter().all(|passage| is_bare(&passage));
        let looks = hits.into_iter().filter_map(|hit| Some((hit == 0, passages.get(hit)?)));
        let looks = looks.filter(|(_, passage)| all_bare || !is_bare(passage));
        let looks = looks.map(|(is_opening, passage)| reader.look(document, &title, passage, is_opening));
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
        look.signals[5] = others.map(|(_, near)| *near).fold(0.0, f64::max);
        look.score = look.signals.iter().zip(WEIGHTS).map(|(signal, weight)| signal * weight).sum();
    }
    looks
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

/// How a text covers a term of a question.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cover {
    /// By the word itself, from 0 to 1; through another word never in full.
    pub(crate) exact: f64,
    /// The cosine with the closest word.
    pub(crate) alike: f64,
}

impl Cover {
    fn better(self, other: Self) -> Self {
        Self { exact: self.exact.max(other.exact), alike: self.alike.max(other.alike) }
    }

    /// Exactly, or else by words that mean nearly the same.
    fn either(self) -> f64 {
        self.exact.max((self.alike - UNLIKE) / (1.0 - UNLIKE))
    }
}

/// Holds texts against a question.
struct Reader<'q> {
    question: &'q Question,
    aim: Aim,
    /// The cosine of every word met so far with each term.
    known: HashMap<String, Vec<f64>>,
}

impl Reader<'_> {
    fn look(&mut self, document: i64, title: &str, passage: &Passage<'_>, is_opening: bool) -> Evidence {
        let english = self.question.english;
        let context = passage.context();
        let mut about = Vector::default();
        about.add(title);
        let of_title = about;
        about.add(&context);
        let (mut whole, mut nearest) = (about, 0.0_f64);
        let covers = self.cover(title);
        let (mut told, mut sentences) = (self.question.share(&covers), Vec::new());
        let mut covered = better(covers, &self.cover(&context));
        let mut ranges = passages::sentences(passage.text);
        let is_heading = |line: &str| {
            let mut headings = passage.headings.iter().copied().chain([title]);
            !passages::is_item(line) && headings.any(|heading| is_of(line, heading))
        };
        if ranges.iter().any(|range| !is_heading(&passage.text[range.clone()])) {
            ranges.retain(|range| !is_heading(&passage.text[range.clone()]));
        }
        for range in ranges {
            let sentence = &passage.text[range.clone()];
            let mut own = Vector::default();
            own.add(sentence);
            whole = whole.plus(&own, 1.0);
            nearest = nearest.max(self.aim.cosine(about.plus(&own, 1.0)));
            let covers = self.cover(sentence);
            let telling = self.question.share(&covers);
            let near = f64::from(self.question.vector.dot(&own.unit()));
            let score = (WEIGHTS[0] + WEIGHTS[1]) * english * near + (WEIGHTS[2] + WEIGHTS[3]) * telling;
            sentences.push((range, score));
            told = told.max(telling);
            covered = better(covered, &covers);
        }
        let share = self.question.share(&covered);
        // What is no English is told by its words alone.
        let near = |cosine: f64| english * cosine + (1.0 - english) * share;
        let signals = [
            near(self.aim.cosine(whole)),
            near(nearest),
            share,
            told,
            english * self.aim.cosine(of_title),
            0.0,
            self.question.ruled_by(passage.text),
        ];
        Evidence {
            document,
            title: title.to_owned(),
            is_opening,
            text: passage.text.to_owned(),
            lead: passage.lead.map(str::to_owned),
            sentences,
            signals,
            covered,
            is_headed: passage.headings.iter().chain(&[title]).any(|heading| self.question.says(heading)),
            score: 0.0,
        }
    }

    /// How the words of a text cover each term.
    fn cover(&mut self, text: &str) -> Vec<Cover> {
        let terms = &self.question.terms;
        let mut covers = vec![Cover::default(); terms.len()];
        words::each_term(text, |word| {
            for (term, cover) in terms.iter().zip(&mut covers) {
                if let Some((_, quality)) = term.forms.iter().find(|(form, _)| form == word) {
                    cover.exact = cover.exact.max(*quality);
                }
            }
        });
        if self.question.english > 0.0 {
            for word in words::words(text) {
                if self.known.len() >= MOST_KNOWN {
                    self.known.clear();
                }
                let alike = match self.known.get(word.text) {
                    Some(alike) => alike,
                    None => self.known.entry(word.text.to_owned()).or_insert_with(|| {
                        let tells = !question::is_stop_word(&word, &words::fold(word.text));
                        let vector = if tells { Vector::of(word.text) } else { Vector::default() };
                        terms.iter().map(|term| f64::from(term.vector.dot(&vector))).collect()
                    }),
                };
                for (cover, alike) in covers.iter_mut().zip(alike) {
                    cover.alike = cover.alike.max(self.question.english * alike);
                }
            }
        }
        covers
    }
}

/// Whether a line is a heading or, when it is no short one, a part of it.
fn is_of(line: &str, heading: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let (line, heading) = (letters(line), letters(heading));
    line == heading || line.len() > 15 && heading.contains(&line)
}

fn better(covers: Vec<Cover>, others: &[Cover]) -> Vec<Cover> {
    covers.into_iter().zip(others).map(|(cover, other)| cover.better(*other)).collect()
}

impl Question {
    /// How much a rule of this text is about a sum of the question, or whether it has a number where one is asked for.
    pub(super) fn ruled_by(&self, text: &str) -> f64 {
        if self.sums.is_empty() && self.asks_number {
            return f64::from(u8::from(words::words(text).any(|word| words::is_number(word.text))));
        }
        self.sums.iter().map(|sum| sum.ruled_by(text)).fold(0.0, f64::max)
    }

    /// Whether every word of a text is one of the question, and some is.
    fn says(&self, text: &str) -> bool {
        let stems = words::words(text).map(|word| (word, words::fold(word.text)));
        let mut stems = stems.filter(|(word, folded)| !question::is_stop_word(word, folded)).peekable();
        let has = |stem: &str| self.terms.iter().any(|term| term.forms.iter().any(|(form, _)| form == stem));
        stems.peek().is_some() && stems.all(|(_, folded)| has(&words::stem(&folded)))
    }

    /// How much of the question's weight is covered, 0 to 1.
    fn share(&self, covers: &[Cover]) -> f64 {
        let weight: f64 = self.terms.iter().map(|term| term.weight).sum();
        let part: f64 = self.terms.iter().zip(covers).map(|(term, cover)| term.weight * cover.either()).sum();
        part / weight.max(f64::MIN_POSITIVE)
    }
}
