//! The words of an answer: the sentences that say the most, as they stand.

use super::passages;
use super::retrieve::{Evidence, Weighted, best_of_each, qualities_in, share};

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
    let mut texts = vec![quote(&best.text, terms)];
    for further in &evidence[1..] {
        let together = best_of_each(terms.len(), [&covered, &further.in_text].into_iter());
        let adds = share(terms, &together) - share(terms, &covered);
        let more_of_it = further.document == best.document && further.score >= AS_GOOD * best.score;
        if !more_of_it && (adds < ADDS || further.score < CLOSE * best.score) {
            continue;
        }
        let text = quote(&further.text, terms);
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
fn quote(text: &str, terms: &[Weighted]) -> String {
    let sentences = passages::sentences(text);
    let scores: Vec<f64> =
        sentences.iter().map(|sentence| share(terms, &qualities_in(terms, sentence))).collect();
    let best = (0..sentences.len()).fold(0, |best, n| if scores[n] > scores[best] { n } else { best });
    if scores.get(best).is_some_and(|score| *score > 0.0)
        && passages::is_item(sentences[best])
        && text.len() > LIST
    {
        return items(text, &sentences, &scores, scores[best]);
    }
    if text.len() <= WHOLE {
        return tidy(text).to_owned();
    }
    let (first, last) = window(text, &sentences, &scores, best);
    tidy(span(text, &sentences, first, last)).to_owned()
}

/// The items that come close to the best one, under the header of their table.
fn items(text: &str, sentences: &[&str], scores: &[f64], best: f64) -> String {
    let telling = |n: usize| passages::is_item(sentences[n]) && scores[n] >= 0.5 * best;
    let mut lines: Vec<&str> = (0..sentences.len()).filter(|&n| telling(n)).map(|n| sentences[n]).collect();
    if let Some(header) = table_header(text)
        && !lines.contains(&header)
    {
        lines.insert(0, header);
    }
    let quoted = lines.join("\n");
    tidy(&quoted).to_owned()
}

/// The header of a table: the row above the dashes.
fn table_header(text: &str) -> Option<&str> {
    let rows: Vec<&str> = text.lines().map(str::trim).collect();
    let dashes = rows.iter().position(|row| row.starts_with('|') && row.contains("--"))?;
    dashes.checked_sub(1).map(|header| rows[header])
}

/// The sentences around the best one that fit the window. Grows towards the better neighbour; what follows
/// explains more often than what stands before.
fn window(text: &str, sentences: &[&str], scores: &[f64], best: usize) -> (usize, usize) {
    let (mut first, mut last) = (best, best);
    let fits = |first: usize, last: usize| span(text, sentences, first, last).len() <= WINDOW;
    loop {
        let before = (first > 0 && fits(first - 1, last)).then(|| scores[first - 1]);
        let after = (last + 1 < sentences.len() && fits(first, last + 1)).then(|| scores[last + 1] + 0.05);
        match (before, after) {
            (None, None) => return (first, last),
            (before, after) if after >= before => last += 1,
            _ => first -= 1,
        }
    }
}

/// The text from one sentence to another, with all that stands between.
fn span<'a>(text: &'a str, sentences: &[&str], first: usize, last: usize) -> &'a str {
    let start = sentences[first].as_ptr() as usize - text.as_ptr() as usize;
    let end = sentences[last].as_ptr() as usize - text.as_ptr() as usize + sentences[last].len();
    &text[start..end]
}

/// Drops the mark of a list item that stands alone.
fn tidy(text: &str) -> &str {
    let alone = !text.contains('\n');
    text.strip_prefix("- ").or(text.strip_prefix("* ")).filter(|_| alone).unwrap_or(text)
}
