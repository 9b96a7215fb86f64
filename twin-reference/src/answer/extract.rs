//! The words of an answer: the sentences that say the most, as they stand.

use std::ops::Range;

use super::passages;
use super::question::Question;
use super::retrieve::Evidence;

/// A passage or a list up to this long is quoted whole, in bytes.
const WHOLE: usize = 600;
/// Of a table longer than this, only the telling rows are quoted.
const ROWS: usize = 320;
/// Of a longer one, this much is quoted around its best sentence.
const WINDOW: usize = 480;
/// The longest answer of several passages.
const LONGEST: usize = 1100;
/// A further passage is quoted when it is nearly as good as the best one: of the same document, of another …
const AS_GOOD: [f64; 2] = [0.75, 0.8];
/// … and its best sentence as the best one. A further item of a list is quoted when it is, too.
const AS_TELLING: f64 = 0.8;
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
    let (text, told) = quote(lead, question, 0.0).unwrap_or_default();
    let (mut quoted, mut texts) = (vec![lead], vec![text]);
    for further in evidence.iter().filter(|further| !std::ptr::eq(*further, lead)) {
        let as_good = AS_GOOD[usize::from(!of_best(&further))] * best.score;
        let of_document = quoted.iter().filter(|other| other.document == further.document).count();
        if quoted.len() == PASSAGES || of_document == OF_DOCUMENT || further.score < as_good {
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
/// It is all of it when it is short, and the telling items of a list, with what leads in to them.
fn quote(evidence: &Evidence, question: &Question, least: f64) -> Option<(String, f64)> {
    let text = &evidence.text;
    let sentences: Vec<_> = evidence.sentences.iter().map(|(sentence, _)| sentence.clone()).collect();
    let lift = |sentence: &Range<usize>| A_RULE * question.ruled_by(&text[sentence.clone()]);
    let scores: Vec<f64> =
        evidence.sentences.iter().map(|(sentence, score)| score + lift(sentence)).collect();
    let best = (0..sentences.len()).fold(0, |best, n| if scores[n] > scores[best] { n } else { best });
    let told = scores.get(best).copied().filter(|score| *score >= least)?;
    let is_item = |n: usize| passages::is_item(&text[sentences[n].clone()]);
    let is_row = |n: usize| text[sentences[n].clone()].starts_with('|');
    let mut chosen = vec![false; sentences.len()];
    if text.len() <= if is_row(best) { ROWS } else { WHOLE } {
        chosen.fill(true);
    } else if is_item(best) {
        let leads = leads(text, &sentences);
        let least = least.max(AS_TELLING * told);
        let ranks = |n: &usize| *n == best || is_item(*n) && scores[*n] >= least;
        let mut ranked: Vec<usize> = (0..sentences.len()).filter(ranks).collect();
        ranked.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        let mut room = WINDOW;
        for n in ranked {
            if n == best || sentences[n].len() <= room {
                room = room.saturating_sub(sentences[n].len());
                chosen[n] = true;
            }
        }
        if let Some(lead) = leads[best].filter(|_| !is_row(best)) {
            let list = (0..sentences.len()).filter(|n| leads[*n] == Some(lead));
            chosen[lead] = list.map(|n| sentences[n].len()).sum::<usize>() <= WHOLE;
        }
        complete(&sentences, &leads, &mut chosen);
    } else {
        chosen[window(&sentences, &scores, best)].fill(true);
        complete(&sentences, &leads(text, &sentences), &mut chosen);
    }
    // What heads or leads in to something that is not quoted says nothing.
    while let Some(last) = chosen.iter().rposition(|chosen| *chosen).filter(|last| *last != best) {
        let line = &text[sentences[last].clone()];
        let before = text[..sentences[last].start].trim_end_matches([' ', '\r']);
        let heads = before.ends_with("\n\n") && !passages::leads_in(before);
        if !(passages::leads_in(line) || heads && passages::looks_like_a_heading(line)) {
            break;
        }
        chosen[last] = false;
    }
    let mut quoted = String::new();
    let mut last: Option<usize> = None;
    for n in (0..sentences.len()).filter(|n| chosen[*n]) {
        match last {
            None => {
                let lead = evidence.lead.iter().filter(|_| is_item(n));
                lead.for_each(|lead| quoted = format!("{lead}\n"));
            }
            Some(last) if last + 1 == n => quoted += &text[sentences[last].end..sentences[n].start],
            Some(_) => quoted += &format!("\n{:1$}", "", passages::indent(text, sentences[n].start)),
        }
        quoted += &text[sentences[n].clone()];
        last = Some(n);
    }
    Some((tidy(&quoted).to_owned(), told))
}

/// For each sentence the one that leads in to it: what ends in a colon above it, the item it is indented under, or the
/// header of its table.
fn leads(text: &str, sentences: &[Range<usize>]) -> Vec<Option<usize>> {
    let line = |n: usize| &text[sentences[n].clone()];
    let depth = |n: usize| passages::indent(text, sentences[n].start);
    let is_item = |n: usize| passages::is_item(line(n));
    let mut leads: Vec<Option<usize>> = Vec::new();
    for n in 0..sentences.len() {
        let lead = n.checked_sub(1).and_then(|above| {
            let is_apart = text[sentences[above].end..sentences[n].start].matches('\n').count() > 1;
            let is_within = depth(n) > depth(above);
            if passages::leads_in(line(above)) && (is_within || !is_item(above) || !is_item(n)) {
                Some(above)
            } else if line(n).starts_with('|') && line(above).starts_with('|') {
                let begins = above.checked_sub(1).is_none_or(|before| !line(before).starts_with('|'));
                if begins { Some(above) } else { leads[above] }
            } else if is_item(n) || depth(n) > 0 {
                // Up to the first line that is further out.
                let mut outer = Some(above);
                while let Some(at) = outer.filter(|at| is_item(*at) && depth(*at) >= depth(n)) {
                    outer = leads[at];
                }
                outer.filter(|at| is_item(*at) || passages::leads_in(line(*at)))
            } else {
                leads[above].filter(|_| !is_apart)
            }
        });
        leads.push(lead);
    }
    leads
}

/// Adds what leads in to the sentences chosen and, as long as there is room, what they lead in to.
fn complete(sentences: &[Range<usize>], leads: &[Option<usize>], chosen: &mut [bool]) {
    let mut room = WHOLE;
    let mut brings = chosen.to_vec();
    for n in 0..sentences.len() {
        if !chosen[n] && leads[n].is_some_and(|lead| brings[lead]) && sentences[n].len() <= room {
            room -= sentences[n].len();
            (brings[n], chosen[n]) = (true, true);
        }
    }
    for n in (0..sentences.len()).rev().filter(|n| chosen[*n]).collect::<Vec<_>>() {
        let mut lead = leads[n];
        while let Some(above) = lead {
            chosen[above] = true;
            lead = leads[above];
        }
    }
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
            (None, None) => return first..last + 1,
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
