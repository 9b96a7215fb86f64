//! The words of an answer: the sentences that say the most, as they stand.

use std::ops::Range;

use super::passages;
use super::question::Question;
use super::retrieve::Evidence;

/// A passage up to this long is quoted whole, in bytes.
const WHOLE: usize = 600;
/// Of a table this much is.
const ROWS: usize = 320;
/// Of a longer one, this much is quoted around its best sentence.
const WINDOW: usize = 480;
/// The longest answer of several passages.
const LONGEST: usize = 1100;
/// A further passage is quoted when it is this much as good as the best one, and its best sentence as the best one: of
/// another document, and of the same.
const AS_GOOD: [f64; 2] = [0.65, 0.8];
/// What lifts a sentence with a rule for a sum the question names.
const A_RULE: f64 = 0.3;
/// How many passages are quoted at most, and how many of one document.
const PASSAGES: usize = 3;
const OF_DOCUMENT: usize = 2;
/// A document says first what holds in general: its opening leads if it has as many of the question's words as the
/// best passage, and is nearly as good.
const OPENING: f64 = 0.9;

/// The quoted text and the passages it is from, those of the best document first.
pub(crate) fn extract<'a>(evidence: &'a [Evidence], question: &Question) -> (String, Vec<&'a Evidence>) {
    let Some(best) = evidence.first() else { return (String::new(), Vec::new()) };
    let of_best = |other: &&Evidence| other.document == best.document;
    let opens = |other: &&Evidence| {
        other.is_opening && other.signals[2] >= best.signals[2] && other.score >= OPENING * best.score
    };
    let lead = evidence.iter().filter(of_best).find(opens).unwrap_or(best);
    let (text, told) = quote(lead, question, 0.0).unwrap_or_else(|| (lead.whole_text(), 0.0));
    let (mut quoted, mut texts) = (vec![lead], vec![text]);
    for further in evidence.iter().filter(|further| !std::ptr::eq(*further, lead)) {
        let of_document = quoted.iter().filter(|other| other.document == further.document).count();
        let as_good = AS_GOOD[usize::from(of_best(&further))];
        if quoted.len() == PASSAGES || of_document == OF_DOCUMENT || further.score < as_good * best.score {
            continue;
        }
        let Some((text, _)) = quote(further, question, as_good * told) else { continue };
        if texts.iter().map(String::len).sum::<usize>() + text.len() <= LONGEST {
            texts.push(text);
            quoted.push(further);
        }
    }
    (texts.join("\n\n"), quoted)
}

/// The part of a passage that says the most, under what leads in to it, and how much its best sentence says; none if
/// that is less than `least`. It is all of it when it is short.
fn quote(evidence: &Evidence, question: &Question, least: f64) -> Option<(String, f64)> {
    let text = &evidence.text;
    let sentences: Vec<_> = evidence.sentences.iter().map(|(sentence, _)| sentence.clone()).collect();
    let line = |n: usize| &text[sentences[n].clone()];
    let score = |(n, (_, score)): (usize, &(_, f64))| score + A_RULE * question.ruled_by(line(n));
    let scores: Vec<f64> = evidence.sentences.iter().enumerate().map(score).collect();
    let best = (0..scores.len()).reduce(|best, n| if scores[n] > scores[best] { n } else { best })?;
    let told = Some(scores[best]).filter(|told| *told >= least && !is_link(line(best)))?;
    let is_row = line(best).starts_with('|');
    let (whole, most) = if is_row { (ROWS, ROWS) } else { (WHOLE, WINDOW) };
    let Range { start: mut first, mut end } = match text.len() <= whole {
        true => 0..sentences.len(),
        false => window(&sentences, &scores, best, passages::leads_in(line(best)), most),
    };
    while end > best + 1 && says_nothing(text, &sentences[end - 1]) {
        end -= 1;
    }
    let mut quoted = text[sentences[first].start..sentences[end - 1].end].to_owned();
    while let Some(above) = lead(text, &sentences, first) {
        let indent = passages::indent(text, sentences[first].start);
        quoted = format!("{}\n{:indent$}{quoted}", line(above), "");
        first = above;
    }
    if let Some(lead) = evidence.lead.as_ref().filter(|_| first == 0 || passages::is_item(line(first))) {
        quoted = format!("{lead}\n{quoted}");
    }
    // The mark of a list item says nothing where that stands alone.
    let unmarked = quoted.strip_prefix("- ").or(quoted.strip_prefix("* "));
    Some((unmarked.filter(|quoted| !quoted.contains('\n')).unwrap_or(&quoted).to_owned(), told))
}

/// The sentence that leads in to another: what ends in a colon above it, the item it is indented under, or the header
/// of its table.
fn lead(text: &str, sentences: &[Range<usize>], n: usize) -> Option<usize> {
    let line = |n: usize| &text[sentences[n].clone()];
    let depth = |n: usize| passages::indent(text, sentences[n].start);
    let is_row = |n: &usize| line(*n).starts_with('|');
    if is_row(&n) {
        return (0..n).rev().take_while(is_row).last();
    }
    let is_listed = passages::is_item(line(n)) || depth(n) > 0;
    let is_outer = |other: &usize| {
        !is_listed || depth(*other) < depth(n) || depth(*other) == 0 && !passages::is_item(line(*other))
    };
    let outer = (0..n).rev().find(is_outer)?;
    (passages::leads_in(line(outer)) || is_listed && passages::is_item(line(outer))).then_some(outer)
}

/// Whether a line only heads, leads in to or links what would have to be quoted with it.
fn says_nothing(text: &str, sentence: &Range<usize>) -> bool {
    let line = &text[sentence.clone()];
    let before = text[..sentence.start].trim_end_matches([' ', '\r']);
    let heads = before.ends_with("\n\n") && !passages::leads_in(before);
    passages::leads_in(line) || is_link(line) || heads && passages::looks_like_a_heading(line)
}

/// Whether a line is an address, or a link to one, and no more.
fn is_link(line: &str) -> bool {
    let line = line.trim_start_matches(['-', '*', '+', ' ']);
    let target = line.strip_prefix('[').and_then(|link| link.split_once("](")).map(|(_, target)| target);
    let has_no_words = !target.unwrap_or(line).contains(char::is_whitespace);
    has_no_words && (target.is_some() || line.contains("://"))
}

/// The sentences around the best one that fit. Grows towards the better neighbour; what follows explains more often
/// than what stands before, and always what is led in to.
fn window(
    sentences: &[Range<usize>],
    scores: &[f64],
    best: usize,
    leads_in: bool,
    most: usize,
) -> Range<usize> {
    let (mut first, mut end) = (best, best + 1);
    let fits = |first: usize, end: usize| sentences[end - 1].end - sentences[first].start <= most;
    loop {
        let before = (first > 0 && !leads_in && fits(first - 1, end)).then(|| scores[first - 1]);
        let after = (end < sentences.len() && fits(first, end + 1)).then(|| scores[end] + 0.05);
        match (before, after) {
            (None, None) => return first..end,
            (before, after) if after >= before => end += 1,
            _ => first -= 1,
        }
    }
}
