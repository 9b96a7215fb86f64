//! Whether a question asks for what only a person can give: approval, a commitment, a decision, their time.
//!
//! A linear classifier over the question's direction and a few features of how it is put, trained by
//! `table/fit.py` on the questions in `table/personal.txt`. Asking *whether* approval is needed, who gives it or
//! how to get it is asking for a rule, and a knowledge base can answer that: the file has many of these beside.

use std::sync::LazyLock;

use super::table::Vector;
use super::{question, words};

/// What a question asks of a person, in the order of the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    Approval,
    Commitment,
    Decision,
    Time,
}

/// Each with why a person must look at it.
const KINDS: [(Asks, &str); 4] = [
    (Asks::Approval, "Requires personal approval"),
    (Asks::Commitment, "Requires a personal commitment"),
    (Asks::Decision, "Requires a personal decision"),
    (Asks::Time, "Asks for a person's time"),
];

impl Asks {
    pub(crate) fn reason(self) -> &'static str {
        KINDS[self as usize].1
    }
}

/// How likely a question must need a person to be passed on for that.
const SURE: f64 = 0.55;

/// The words a question may begin with that tell who is asked for what.
const OPENINGS: &str = "can could will would may should shall must do does did is are am have has what what's which \
    who whom when where why how please tell give let i we my if a the there";
/// Who the second word of a question speaks of.
const SUBJECTS: [&str; 5] = ["you u", "i", "we", "it there this that", "the a an my our"];
const ABLE: &str = "can could will would may shall should";
const BEING: &str = "do does did is are am have has";
/// Words that tell by standing anywhere.
const ANYWHERE: [&str; 5] = ["you", "your", "me my", "us our", "please"];
const TIMES: &str = "today tonight tomorrow now asap";
const SPOKEN_TO: &str = "you your me please";
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
    words::words(sentence).find(|word| !question::is_stop_word(&words::fold(word.text)))?;
    let features = features(sentence);
    let score = |weights: &Vec<f64>| weights.iter().zip(&features).map(|(a, b)| a * b).sum::<f64>();
    let scores: Vec<f64> = WEIGHTS.iter().map(|weights| score(weights).exp()).collect();
    let sum: f64 = scores.iter().sum();
    let impersonal = scores.first().map_or(1.0, |score| score / sum);
    let ((asks, _), _) =
        KINDS.into_iter().zip(scores.into_iter().skip(1)).max_by(|a, b| a.1.total_cmp(&b.1))?;
    (1.0 - impersonal >= SURE).then_some((asks, 1.0 - impersonal))
}

/// A sentence without what only asks to be told: `Could you please explain how`, `I'd like to know where`, `tell me
/// the`. What is left is a question of its own.
fn unframed(sentence: &str) -> &str {
    let words: Vec<_> = words::words(sentence).collect();
    let is = |at: usize, of: &str| words.get(at).is_some_and(|word| is_one(&lower(word.text), of));
    let skip = |from: usize, of: &str| (from..).find(|at| !is(*at, of)).unwrap_or(from);
    let greeted = skip(0, GREETINGS);
    let framed = skip(greeted, FRAMES);
    let has = |of: &str| (greeted..framed).any(|at| is(at, of));
    let is_frame = has(EXPLAINS) || has(TELLS) && is(framed, ASKS);
    words.get(if is_frame { framed } else { greeted }).map_or("", |word| &sentence[word.start..])
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
    let mut features: Vec<f64> = Vector::of(sentence).0.map(f64::from).to_vec();
    let words: Vec<&str> = words::words(sentence).map(|word| word.text).collect();
    let lower: Vec<String> = words.iter().map(|word| lower(word)).collect();
    let is = |at: usize, of: &str| lower.get(at).is_some_and(|word| is_one(word, of));
    let has = |of: &str| lower.iter().any(|word| is_one(word, of));
    let mut push = |holds: bool| features.push(f64::from(u8::from(holds)));
    OPENINGS.split(' ').for_each(|opening| push(is(0, opening)));
    push(!is(0, OPENINGS));
    let is_name = words.get(1).is_some_and(|word| word.starts_with(char::is_uppercase) && word.len() > 1);
    for opens in [is(0, ABLE), is(0, BEING), !is(0, ABLE) && !is(0, BEING)] {
        SUBJECTS.iter().for_each(|subjects| push(opens && is(1, subjects)));
        push(opens && is_name);
    }
    ANYWHERE.iter().for_each(|words| push(has(words)));
    push(has(TIMES));
    // `delete my account` asks how, where nobody is spoken to and no time is named.
    push(!is(0, OPENINGS) && !has(TIMES) && !has(SPOKEN_TO));
    push(true);
    features
}

/// Whether the question is about what the asker may do, rather than about what a rule says.
pub(crate) fn asks_leave(question: &str) -> bool {
    sentences(question).flat_map(|sentence| sentence.split(',')).any(|part| {
        let lower = lower(part.trim());
        let mut words = lower.split_whitespace();
        let opens = words.next().is_some_and(|word| is_one(word, "can may could shall should am are is"));
        let speaks = words.next().is_some_and(|word| is_one(word, "i we the a an our my it"));
        opens && speaks || lower.contains("go ahead") || lower.contains("allowed to")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::table::DIMENSIONS;

    #[test]
    fn there_is_a_weight_for_every_kind_and_feature() {
        assert_eq!(WEIGHTS.len(), 1 + KINDS.len());
        let features = features("May I?").len();
        assert!(features > DIMENSIONS && WEIGHTS.iter().all(|weights| weights.len() == features));
    }
}
