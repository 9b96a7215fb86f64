//! An answer as people read it: whether it needs a person, the text, how sure the twin is, and its sources.

use twin_sdk::Answer;

use crate::ui::markdown;
use crate::ui::page::{Page, Tone};

/// Below this confidence an answer is said to be unsure, before it is read.
const UNSURE: f64 = 0.5;

/// The answer with all that belongs to it; `places` tells where in each source it stands, as far as is known.
pub(super) fn show(answer: &Answer, places: &[String], page: &mut Page) {
    if let Some(reason) = reason(answer) {
        page.entry("Escalated: ", Tone::Warning, reason);
        page.gap();
    } else if share(answer.confidence) < UNSURE {
        page.entry("Not sure: ", Tone::Warning, &format!("the confidence is {}", percent(answer.confidence)));
        page.gap();
    }
    markdown::show(&answer.response, page);
    page.gap();
    page.entry("Confidence: ", Tone::Dim, &confidence(answer.confidence));
    let placed = |at: usize, source: &String| match places.get(at).filter(|place| !place.is_empty()) {
        Some(place) => format!("{source} › {place}"),
        None => source.clone(),
    };
    let sources: Vec<String> =
        answer.sources.iter().enumerate().map(|(at, source)| placed(at, source)).collect();
    match sources.as_slice() {
        [] => {}
        [source] => page.entry("Source: ", Tone::Dim, source),
        sources => {
            page.line(&[("Sources:", Tone::Dim)]);
            sources.iter().for_each(|source| page.entry("  • ", Tone::Dim, source));
        }
    }
}

/// Why a person should take over, where one should.
pub(super) fn reason(answer: &Answer) -> Option<&str> {
    let reason = answer.escalate_reason.as_deref().filter(|reason| !reason.trim().is_empty());
    answer.should_escalate.then(|| reason.unwrap_or("no reason was given"))
}

/// `92% (high)`; rounded down, so that it never shows a threshold as reached that was not.
pub(super) fn confidence(value: f64) -> String {
    let word = match share(value) {
        0.8.. => "high",
        UNSURE.. => "medium",
        _ => "low",
    };
    format!("{} ({word})", percent(value))
}

/// `92%`, rounded down.
pub(super) fn percent(value: f64) -> String {
    format!("{}%", (share(value) * 100.0 + 1e-9).floor())
}

/// What came as a share of one, held to it.
pub(super) fn share(value: f64) -> f64 {
    if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confidence_is_never_rounded_up() {
        assert_eq!(confidence(0.92), "92% (high)");
        assert_eq!(confidence(0.29), "29% (low)");
        assert_eq!(confidence(0.4999), "49% (low)");
        assert_eq!(confidence(1.0), "100% (high)");
        assert_eq!(confidence(f64::NAN), "0% (low)");
        assert_eq!(confidence(7.0), "100% (high)");
    }
}
