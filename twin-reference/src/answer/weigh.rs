//! How much each word of a question matters in this knowledge base.

use super::question::Term;
use crate::store::{Result, Store};

/// How many words of a conversation are looked at.
const CONTEXT_TERMS: usize = 12;
/// Rarity is measured as if there were at least this many passages, or a word would be common in a small
/// knowledge base for standing there once.
const FEWEST_PASSAGES: f64 = 20.0;
/// What a word weighs that stands in one passage alone, however many there are …
const RAREST: f64 = 3.7;
/// … and the share of it that one keeps that stands everywhere.
const COMMONEST: f64 = 0.05;
/// What a synonym is worth where the documents use the asker's own word as well, beside where they do not.
const NEEDLESS_SYNONYM: f64 = 0.75;
/// What the likely right form of a misspelt word is worth.
const TYPO: f64 = 0.85;
/// What a word is worth that begins like the asker's.
const ALIKE: f64 = 0.6;

/// A term with its weight in this knowledge base.
#[derive(Debug, Clone)]
pub(crate) struct Weighted {
    pub(crate) term: Term,
    pub(crate) weight: f64,
    /// Whether any document has it, in one of its forms.
    pub(crate) is_known: bool,
}

/// Weighs the terms by how rare they are; a word that stands nowhere weighs as much as the rarest.
pub(crate) fn weigh(store: &Store, terms: Vec<Term>) -> Result<Vec<Weighted>> {
    let passages = (store.passages()? as f64).max(FEWEST_PASSAGES);
    let log = |count: f64| ((count + 0.5) / 1.5).ln();
    let weigh = |mut term: Term| {
        let frequency = frequency(store, &mut term)?;
        let rarity = RAREST * (1.0 - log(frequency.max(1.0)) / log(passages)).max(COMMONEST);
        let weight = if frequency > 0.0 { term.known } else { term.unknown } * rarity;
        Ok(Weighted { term, weight, is_known: frequency > 0.0 })
    };
    terms.into_iter().map(weigh).collect()
}

/// Adds what a conversation was about to a question that comes out of it. It helps to choose between
/// passages with at most half the weight of the question itself, and counts for nothing when it is asked how
/// much of the question is answered, unless the question says nothing by itself ("How much is it?").
pub(crate) fn in_context(mut terms: Vec<Weighted>, mut context: Vec<Weighted>) -> Vec<Weighted> {
    if terms.is_empty() {
        return context;
    }
    context.retain(|other| !terms.iter().any(|t| t.term.forms[0].0 == other.term.forms[0].0));
    context.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    context.truncate(CONTEXT_TERMS);
    let weight = |terms: &[Weighted]| terms.iter().map(|t| t.weight).sum::<f64>();
    let factor = (0.5 * weight(&terms) / weight(&context).max(f64::MIN_POSITIVE)).min(0.5);
    for t in &mut context {
        t.weight *= factor;
        t.term.focus = 0.0;
    }
    terms.append(&mut context);
    terms
}

/// In how many passages a term stands: the word itself where the documents use it, else what else it may
/// be called, on average.
fn frequency(store: &Store, term: &mut Term) -> Result<f64> {
    let own = store.frequency(&term.forms[0].0)? as f64;
    if own > 0.0 {
        term.forms.iter_mut().skip(1).for_each(|(_, quality)| *quality *= NEEDLESS_SYNONYM);
        return Ok(own);
    }
    let known = average(store, &term.forms[1..])?;
    if known > 0.0 {
        return Ok(known);
    }
    let kin = kin(store, &term.forms[0].0)?;
    let frequency = average(store, &kin)?;
    term.forms.extend(kin);
    Ok(frequency)
}

/// How often those of the forms stand that stand at all.
fn average(store: &Store, forms: &[(String, f64)]) -> Result<f64> {
    let mut known = Vec::new();
    for (form, _) in forms {
        known.push(store.frequency(form)? as f64);
    }
    known.retain(|&frequency| frequency > 0.0);
    Ok(known.iter().sum::<f64>() / (known.len().max(1) as f64))
}

/// Words the documents know for one they do not: a misspelt one's right form, and compounds and
/// derivations that begin alike (`Urlaub`, `Urlaubsantrag`).
fn kin(store: &Store, word: &str) -> Result<Vec<(String, f64)>> {
    let Some(beginning) = word.get(..3).filter(|_| word.len() >= 5) else { return Ok(Vec::new()) };
    let kin = store.terms_beginning(beginning)?.into_iter().filter_map(|known| {
        if word.len() >= 6 && is_typo(word, &known) {
            Some((known, TYPO))
        } else {
            let shared = shared_bytes(word, &known);
            let alike = shared >= 5 && shared * 10 >= 7 * word.len().min(known.len());
            alike.then_some((known, ALIKE))
        }
    });
    Ok(kin.collect())
}

/// How many bytes two words begin with alike.
fn shared_bytes(word: &str, other: &str) -> usize {
    word.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count()
}

/// Whether one letter was left out, added, changed or swapped with the next.
fn is_typo(word: &str, known: &str) -> bool {
    let shared = shared_bytes(word, known);
    let (a, b) = (&word.as_bytes()[shared..], &known.as_bytes()[shared..]);
    let swapped = a.len() >= 2 && b.len() >= 2 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..];
    match a.len().cmp(&b.len()) {
        _ if swapped => true,
        std::cmp::Ordering::Equal => a.len() > 1 && a[1..] == b[1..],
        std::cmp::Ordering::Less => b[1..] == *a && !a.is_empty(),
        std::cmp::Ordering::Greater => a[1..] == *b && !b.is_empty(),
    }
}

/// How much of the terms' weight is covered, 0 to 1.
pub(crate) fn share(terms: &[Weighted], qualities: &[f64]) -> f64 {
    let whole: f64 = terms.iter().map(|t| t.weight).sum();
    let part: f64 = terms.iter().zip(qualities).map(|(t, quality)| t.weight * quality).sum();
    part / whole.max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_wrong_missing_added_or_swapped_is_a_typo() {
        assert!(
            ["expence", "expnse", "expennse", "epxense"].into_iter().all(|word| is_typo(word, "expense"))
        );
        assert!(!is_typo("expense", "expanse of") && !is_typo("expanding", "expense"));
    }
}
