//! A report for the morning: how the twin did, and which questions wait for a person.
//!
//! ```sh
//! cargo run -p twin-examples --bin nightly_report > report.md
//! ```

use jiff::Timestamp;
use twin_examples::{Result, connect};
use twin_sdk::StatusFilter;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let (twin, running) = connect().await?;
    if running.is_some() {
        // The twin of this example has no yesterday yet.
        twin.ask("How many days of leave do I have?").await?;
        twin.ask("Can you approve the $15k contract with Acme?").asked_by("Jordan M.").await?;
    }

    let stats = twin.stats().await?;
    println!("# Twin, {}\n", Timestamp::now().strftime("%Y-%m-%d"));
    println!("- {} questions answered, {} of them passed on", stats.total_answered, stats.total_escalated);
    println!(
        "- {:.0} % handled without a person, confidence {:.2}",
        stats.handle_rate * 100.0,
        stats.avg_confidence
    );
    println!(
        "- {:.1} hours saved, {} documents",
        stats.total_saved_minutes as f64 / 60.0,
        stats.kb_doc_count
    );

    let open = twin.escalations().list().status(StatusFilter::Open).limit(200).await?;
    println!("\n## Waiting for a person: {}\n", open.total);
    for escalation in &open.items {
        println!("- **{}** ({}): {}", escalation.question, escalation.asked_by, escalation.reason);
    }
    if open.is_truncated() {
        println!("- … and {} more", open.total - open.items.len() as u64);
    }
    Ok(())
}
