//! The words of an answer: the sentences that say the most, as they stand.

use std::ops::Range;

use super::passages;
use super::question::Question;
use super::retrieve::Evidence;

/// A passage up to this long is quoted whole, in bytes.
const WHOLE: usize = 600;
/// Of a longer one, this much is quoted around its best sentence.
const WINDOW: usize = 480;
/// Of a list longer than this, only the telling items are quoted.
const LIST: usize = 320;
/// The longest answer of several passages.
const LONGEST: usize = 1100;
/// A further passage is quoted when it is nearly as good as the best one: of the same document, of another …
const AS_GOOD: [f64; 2] = [0.75, 0.8];
/// … and its best sentence as the best one. A further item of a list is quoted when it is, too.
const AS_TELLING: f64 = 0.8;
/// What lifts a sentence with a rule for a sum the question names.
const A_RULE: f64 = 0.3;
/// How many passages are quoted at most.
const PASSAGES: usize = 3;

/// The quoted text and the passages it is from, best first.
pub(crate) fn extract<'a>(evidence: &'a [Evidence], question: &Question) -> (String, Vec<&'a Evidence>) {
    let Some(best) = evidence.first() else { return (String::new(), Vec::new()) };
    let (text, told) = quote(best, question, 0.0).unwrap_or_default();
    let (mut quoted, mut texts) = (vec![best], vec![text]);
    for further in &evidence[1..] {
        let other = usize::from(further.document != best.document);
        if quoted.len() == PASSAGES || further.score < AS_GOOD[other] * best.score {
            continue;
        }
        let Some((text, _)) = quote(further, question, AS_TELLING * told) else { continue };
        if texts.iter().map(String::len).sum::<usize>() + text.len() <= LONGEST {
            texts.push(text);
            quoted.push(further);
        }
    }
    (texts.join("\n\n"), quoted)
}

/// The part of a passage that says the most, and how much its best sentence says; none if that is less than `least`.
/// It is all of it when it is short, and the telling items of a list.
fn quote(evidence: &Evidence, question: &Question, least: f64) -> Option<(String, f64)> {
    let text = &evidence.text;
    let sentences: Vec<_> = evidence.sentences.iter().map(|(sentence, _)| sentence.clone()).collect();
    let lift = |sentence: &Range<usize>| A_RULE * question.ruled_by(&text[sentence.clone()]);
    let scores: Vec<f64> =
        evidence.sentences.iter().map(|(sentence, score)| score + lift(sentence)).collect();
    let best = (0..sentences.len()).fold(0, |best, n| if scores[n] > scores[best] { n } else { best });
    let told = scores.get(best).copied().filter(|score| *score >= least)?;
    let lists = passages::is_item(&text[sentences[best].clone()]);
    if lists && (text.len() > LIST || evidence.table.is_some()) {
        let header = evidence.table.as_deref().or_else(|| table_header(text));
        let least = least.max(AS_TELLING * told);
        return Some((items(text, &sentences, &scores, best, least, header), told));
    }
    let range = if text.len() <= WHOLE { 0..text.len() } else { window(&sentences, &scores, best) };
    Some((tidy(&text[range]).to_owned(), told))
}

/// The best items of a list or rows of a table, in their order, the latter under the header of their table.
fn items(
    text: &str,
    sentences: &[Range<usize>],
    scores: &[f64],
    best: usize,
    least: f64,
    header: Option<&str>,
) -> String {
    let mut ranked: Vec<usize> = (0..sentences.len()).filter(|&n| n == best || scores[n] >= least).collect();
    ranked.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let mut room = WINDOW.saturating_sub(header.map_or(0, str::len));
    ranked.retain(|&n| {
        let fits = n == best || sentences[n].len() <= room;
        room = room.saturating_sub(if fits { sentences[n].len() } else { 0 });
        fits
    });
    ranked.sort_unstable();
    let lines = ranked.iter().map(|&n| &text[sentences[n].clone()]).filter(|line| Some(*line) != header);
    let lines: Vec<&str> = header.into_iter().chain(lines).collect();
    tidy(&lines.join("\n")).to_owned()
}

/// The header of a table: the row above the dashes.
fn table_header(text: &str) -> Option<&str> {
    let rows: Vec<&str> = text.lines().map(str::trim).collect();
    let dashes = rows.iter().position(|row| row.starts_with('|') && row.contains("--"))?;
    dashes.checked_sub(1).map(|header| rows[header])
}

/// The sentences around the best one that fit the window. Grows towards the better neighbour; what follows
/// explains more often than what stands before.
fn window(sentences: &[Range<usize>], scores: &[f64], best: usize) -> Range<usize> {
    let (mut first, mut last) = (best, best);
    let span = |first: usize, last: usize| sentences[first].start..sentences[last].end;
    let fits = |first: usize, last: usize| span(first, last).len() <= WINDOW;
    loop {
        let before = (first > 0 && fits(first - 1, last)).then(|| scores[first - 1]);
        let after = (last + 1 < sentences.len() && fits(first, last + 1)).then(|| scores[last + 1] + 0.05);
        match (before, after) {
            (None, None) => return span(first, last),
            (before, after) if after >= before => last += 1,
            _ => first -= 1,
        }
    }
}

/// Drops the mark of a list item that stands alone.
fn tidy(text: &str) -> &str {
    let alone = !text.contains('\n');
    text.strip_prefix("- ").or(text.strip_prefix("* ")).filter(|_| alone).unwrap_or(text)
}
