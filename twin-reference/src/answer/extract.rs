//! The words of an answer: the sentences that say the most, as they stand.

use std::ops::Range;

use super::passages;
use super::retrieve::{Evidence, best_of_each, qualities_in};
use super::weigh::{Weighted, share};

/// A passage up to this long is quoted whole, in bytes.
const WHOLE: usize = 520;
/// Of a longer one, this much is quoted around its best sentence.
const WINDOW: usize = 420;
/// Of a list longer than this, only the telling items are quoted.
const LIST: usize = 320;
/// The longest answer of several passages.
const LONGEST: usize = 900;
/// A further passage of the best document is quoted where it is nearly as good as the best one.
const AS_GOOD: f64 = 0.8;
/// Any further passage is quoted where it adds this much of the question's weight …
const ADDS: f64 = 0.2;
/// … and comes this close to the best one.
const CLOSE: f64 = 0.55;

/// The quoted text and the documents it is from, best first.
pub(crate) fn extract<'a>(evidence: &'a [Evidence], terms: &[Weighted]) -> (String, Vec<&'a Evidence>) {
    let Some(best) = evidence.first() else { return (String::new(), Vec::new()) };
    let mut quoted = vec![best];
    let mut covered = best.in_text.clone();
    let mut texts = vec![quote(best, terms)];
    for further in &evidence[1..] {
        let together = best_of_each(terms.len(), [&covered, &further.in_text].into_iter());
        let adds = share(terms, &together) - share(terms, &covered);
        let more_of_it = further.document == best.document && further.score >= AS_GOOD * best.score;
        if !more_of_it && (adds < ADDS || further.score < CLOSE * best.score) {
            continue;
        }
        let text = quote(further, terms);
        if texts.iter().map(String::len).sum::<usize>() + text.len() > LONGEST {
            break;
        }
        texts.push(text);
        quoted.push(further);
        covered = together;
    }
    (texts.join("\n\n"), quoted)
}

/// The part of a passage that says the most: all of it where it is short, the telling items of a list.
fn quote(evidence: &Evidence, terms: &[Weighted]) -> String {
    let text = &evidence.text;
    let sentences = passages::sentences(text);
    let scores: Vec<f64> = sentences
        .iter()
        .map(|sentence| share(terms, &qualities_in(terms, &text[sentence.clone()])))
        .collect();
    let best = (0..sentences.len()).fold(0, |best, n| if scores[n] > scores[best] { n } else { best });
    let lists = sentences.get(best).is_some_and(|sentence| passages::is_item(&text[sentence.clone()]));
    if lists && scores[best] > 0.0 && (text.len() > LIST || evidence.table.is_some()) {
        let telling = sentences.iter().zip(&scores).filter(|(_, score)| **score >= 0.5 * scores[best]);
        let items =
            telling.map(|(sentence, _)| &text[sentence.clone()]).filter(|item| passages::is_item(item));
        return items_under(evidence.table.as_deref().or_else(|| table_header(text)), items.collect());
    }
    if text.len() <= WHOLE {
        return tidy(text).to_owned();
    }
    tidy(&text[window(&sentences, &scores, best)]).to_owned()
}

/// List items or table rows, the latter under the header of their table.
fn items_under(header: Option<&str>, mut items: Vec<&str>) -> String {
    items.retain(|item| Some(*item) != header);
    let lines: Vec<&str> = header.into_iter().chain(items).collect();
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
