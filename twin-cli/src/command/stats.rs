//! `twin stats`: what the twin did so far.

use twin_sdk::Stats;

use super::Outcome;
use crate::context::Context;
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Report};

/// Show how much your twin does for you
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  twin stats\n  twin stats --json | jq .handleRate")]
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
        let percent = |share: f64| format!("{:.0}%", share * 100.0);
        let figures = [
            ("Answered", stats.total_answered.to_string()),
            ("Escalated", stats.total_escalated.to_string()),
            ("Handled alone", percent(stats.handle_rate)),
            ("Confidence", percent(stats.avg_confidence)),
            ("Time saved", format!("{:.1} hours", stats.total_saved_minutes as f64 / 60.0)),
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
