//! `twin stats`: what the twin did so far.

use twin_sdk::Stats;

use super::Outcome;
use super::answer::{percent, share};
use crate::context::Context;
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Report};

/// Show usage statistics
///
/// When piped, prints one figure per line: its name in the API and its value, separated by a tab.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin stats
  twin stats --json | jq .handleRate

Exit codes:
  0 success, 4 no key, 9 not in your plan, 7 connection failed, 1 the twin is not set up yet")]
pub struct Args {}

/// Fetches the statistics.
pub(super) async fn run(_: Args, context: &Context) -> Outcome {
    let connection = context.connect().await?;
    Ok(Box::new(Figures(connection.twin.stats().await?)))
}

struct Figures(Stats);

impl Report for Figures {
    fn text(&self, page: &mut Page) {
        let stats = &self.0;
        if !page.is_terminal() {
            page.row(&["totalAnswered", &stats.total_answered.to_string()]);
            page.row(&["totalEscalated", &stats.total_escalated.to_string()]);
            page.row(&["avgConfidence", &stats.avg_confidence.to_string()]);
            page.row(&["handleRate", &stats.handle_rate.to_string()]);
            page.row(&["totalSavedMinutes", &stats.total_saved_minutes.to_string()]);
            page.row(&["kbDocCount", &stats.kb_doc_count.to_string()]);
            return;
        }
        let hours = stats.total_saved_minutes as f64 / 60.0;
        let handled = format!("{} {}", bar(stats.handle_rate), percent(stats.handle_rate));
        let figures = [
            ("Answered", stats.total_answered.to_string()),
            ("Escalated", stats.total_escalated.to_string()),
            ("Handled alone", handled),
            ("Confidence", format!("{} on average", percent(stats.avg_confidence))),
            ("Time saved", format!("{hours:.1} hours")),
            ("Documents", stats.kb_doc_count.to_string()),
        ];
        for (name, value) in figures {
            page.line(&[(&format!("{name:<14} "), Tone::Dim), (&value, Tone::Strong)]);
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&self.0)
    }
}

/// A share of one as a bar of twenty cells; full only where the share is whole.
fn bar(value: f64) -> String {
    let filled = (share(value) * 20.0 + 1e-9).floor() as usize;
    "█".repeat(filled) + &"░".repeat(20 - filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_full_only_where_nothing_is_missing() {
        assert_eq!(bar(0.88), "█████████████████░░░");
        assert_eq!(bar(0.999), "███████████████████░");
        assert_eq!((bar(1.0), bar(0.0)), ("█".repeat(20), "░".repeat(20)));
        assert_eq!((bar(f64::NAN), bar(7.0)), ("░".repeat(20), "█".repeat(20)));
    }
}
