//! Whether a question asks for what only a person can give: approval, a commitment, a decision, their time.
//!
//! A linear classifier over the question's direction and a few features of how it is put, trained by
//! `table/fit.py` on the questions in `table/personal.txt`. Asking *whether* approval is needed, who gives it or
//! how to get it is asking for a rule, and a knowledge base can answer that: the file has many of these beside.

use std::sync::LazyLock;

use super::table::Vector;
use super::{question, words};

/// What a question asks of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    Approval,
    Commitment,
    Decision,
    Time,
}

impl Asks {
    /// Why a person must look at it.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Approval => "Requires personal approval",
            Self::Commitment => "Requires a personal commitment",
            Self::Decision => "Requires a personal decision",
            Self::Time => "Asks for a person's time",
        }
    }
}

/// The kinds in the order of the weights; the first is a question a document can answer.
const KINDS: [Option<Asks>; 5] =
    [None, Some(Asks::Approval), Some(Asks::Commitment), Some(Asks::Decision), Some(Asks::Time)];

/// How likely a question must need a person to be passed on for that.
const SURE: f64 = 0.55;

/// The words a question may begin with that tell who is asked for what.
const OPENINGS: [&str; 36] = [
    "can", "could", "will", "would", "may", "should", "shall", "must", "do", "does", "did", "is", "are",
    "am", "have", "has", "what", "what's", "which", "who", "whom", "when", "where", "why", "how", "please",
    "tell", "give", "let", "i", "we", "my", "if", "a", "the", "there",
];
/// Who the second word of a question speaks of.
const SUBJECTS: [&[&str]; 5] =
    [&["you", "u"], &["i"], &["we"], &["it", "there", "this", "that"], &["the", "a", "an", "my", "our"]];
/// Words that tell by standing anywhere.
const ANYWHERE: [&[&str]; 5] = [&["you"], &["your"], &["me", "my"], &["us", "our"], &["please"]];

const TIMES: [&str; 5] = ["today", "tonight", "tomorrow", "now", "asap"];
/// The words of a frame around a question; it tells for itself, or when a question word follows.
const FRAMES: &str = "please can could would will you kindly tell show remind explain describe clarify me us i i'd \
    like want need to know do help understand wonder just quickly";
const TELLS: &str = "tell show remind know wonder";
const EXPLAINS: &str = "explain describe clarify understand";
const GREETINGS: &str = "hi hello hey so and but ok well also thanks sorry";
const ASKS: &str = "how what what's where when who whom which why whether if about more the";

/// A line for each kind: a weight for each feature, in thousandths.
static WEIGHTS: LazyLock<Vec<Vec<f64>>> = LazyLock::new(|| {
    let numbers = |line: &str| {
        line.split_whitespace().filter_map(|number| number.parse::<f64>().ok()).map(|n| n / 1000.0).collect()
    };
    include_str!("../../table/personal.weights").lines().map(numbers).collect()
});

/// What the question asks of a person, if anything. Each of its sentences is looked at by itself.
pub(crate) fn judge(question: &str) -> Option<Asks> {
    let judged = sentences(question).filter_map(judge_sentence);
    judged.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(asks, _)| asks)
}

pub(crate) fn sentences(question: &str) -> impl Iterator<Item = &str> {
    let sentences = question.split_inclusive(['.', '?', '!', ';', '\n']);
    sentences.map(str::trim).filter(|sentence| sentence.len() > 3)
}

fn judge_sentence(sentence: &str) -> Option<(Asks, f64)> {
    // "Thank you" asks for nothing.
    words::words(sentence).find(|word| !question::is_stop_word(word, &words::fold(word.text)))?;
    let features = features(sentence);
    let score = |weights: &Vec<f64>| weights.iter().zip(&features).map(|(a, b)| a * b).sum::<f64>();
    let scores: Vec<f64> = WEIGHTS.iter().map(|weights| score(weights).exp()).collect();
    let sum: f64 = scores.iter().sum();
    let impersonal = scores.first().map_or(1.0, |score| score / sum);
    let likeliest = KINDS.into_iter().zip(scores).skip(1).max_by(|a, b| a.1.total_cmp(&b.1));
    let asks = likeliest.and_then(|(asks, _)| asks)?;
    (1.0 - impersonal >= SURE).then_some((asks, 1.0 - impersonal))
}

/// A sentence without what only asks to be told: `Could you please explain how`, `I'd like to know where`, `tell me
/// the`. What is left is a question of its own.
fn unframed(sentence: &str) -> &str {
    let words: Vec<_> = words::words(sentence).collect();
    let lower: Vec<String> = words.iter().map(|word| lower(word.text)).collect();
    let skip =
        |from: usize, any: &str| from + lower[from..].iter().take_while(|word| is_one(word, any)).count();
    let greeted = skip(0, GREETINGS);
    let framed = skip(greeted, FRAMES);
    let frame = &lower[greeted..framed];
    let told = frame.iter().any(|word| is_one(word, TELLS))
        && lower.get(framed).is_some_and(|word| is_one(word, ASKS));
    let explains = frame.iter().any(|word| is_one(word, EXPLAINS));
    let helps = frame.ends_with(&["help", "me", "to"].map(str::to_owned));
    let rest = if explains || helps || told { framed } else { greeted };
    words.get(rest).map_or("", |word| &sentence[word.start..])
}

fn is_one(word: &str, of: &str) -> bool {
    of.split(' ').any(|one| one == word)
}

fn lower(word: &str) -> String {
    word.to_lowercase().replace('\u{2019}', "'")
}

/// The direction of a sentence and how it is put.
pub(crate) fn features(sentence: &str) -> Vec<f64> {
    let sentence = unframed(sentence);
    let mut features: Vec<f64> =
        Vector::of(sentence).numbers().iter().map(|number| f64::from(*number)).collect();
    let all: Vec<&str> = words::words(sentence).map(|word| word.text).collect();
    let lower: Vec<String> = all.iter().map(|word| lower(word)).collect();
    let word = |at: usize| lower.get(at).map_or("", String::as_str);
    let mut push = |holds: bool| features.push(f64::from(u8::from(holds)));
    OPENINGS.iter().for_each(|opening| push(word(0) == *opening));
    push(!OPENINGS.contains(&word(0)));
    let is_name = all.get(1).is_some_and(|word| word.starts_with(char::is_uppercase) && word.len() > 1);
    let able = matches!(word(0), "can" | "could" | "will" | "would" | "may" | "shall" | "should");
    let being = matches!(word(0), "do" | "does" | "did" | "is" | "are" | "am" | "have" | "has");
    for opens in [able, being, !able && !being] {
        SUBJECTS.iter().for_each(|subjects| push(opens && subjects.contains(&word(1))));
        push(opens && is_name);
    }
    let has = |words: &[&str]| lower.iter().any(|word| words.contains(&word.as_str()));
    ANYWHERE.iter().for_each(|words| push(has(words)));
    push(has(&TIMES));
    // `delete my account` asks how, where nobody is spoken to and no time is named.
    push(!OPENINGS.contains(&word(0)) && !has(&TIMES) && !has(&["you", "your", "me", "please"]));
    push(true);
    features
}

/// Whether the question is about what the asker may do, rather than about what a rule says.
pub(crate) fn asks_leave(question: &str) -> bool {
    question.split(['.', '?', '!', ';', ',', '\n']).any(|sentence| {
        let lower = sentence.trim().to_lowercase();
        let mut words = lower.split_whitespace();
        let opens = words.next().is_some_and(|first| {
            matches!(first, "can" | "may" | "could" | "shall" | "should" | "am" | "are" | "is")
        });
        let subject = words
            .next()
            .is_some_and(|second| matches!(second, "i" | "we" | "the" | "a" | "an" | "our" | "my" | "it"));
        opens && subject || lower.contains("go ahead") || lower.contains("allowed to")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::table::DIMENSIONS;

    #[test]
    fn there_is_a_weight_for_every_kind_and_feature() {
        assert_eq!(WEIGHTS.len(), KINDS.len());
        let features = features("May I?").len();
        assert!(features > DIMENSIONS && WEIGHTS.iter().all(|weights| weights.len() == features));
    }
}
