//! An answer as people read it: the text, how sure the twin is, its sources, and why it escalates.

use twin_sdk::Answer;

use crate::ui::page::{Page, Tone};

/// The answer with all that belongs to it.
pub(super) fn show(answer: &Answer, page: &mut Page) {
    page.block(&answer.response, Tone::Plain);
    page.gap();
    page.block(&format!("Confidence: {}", confidence(answer.confidence)), Tone::Dim);
    match answer.sources.as_slice() {
        [] => {}
        [source] => page.block(&format!("Source: {source}"), Tone::Dim),
        sources => page.block(&format!("Sources: {}", sources.join(" · ")), Tone::Dim),
    }
    if let Some(reason) = reason(answer) {
        page.block(&format!("Escalated: {reason}"), Tone::Warning);
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
        0.5.. => "medium",
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
