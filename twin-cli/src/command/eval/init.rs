//! `twin eval init`: an eval file to begin with.

use std::path::PathBuf;

use clap::ValueHint;
use futures::future::try_join_all;
use twin_eval::{Case, Eval, Status, Suite, number_ids, propose, to_yaml};

use crate::command::Outcome;
use crate::context::Context;
use crate::error::CliError;
use crate::ui::page::Page;
use crate::ui::{Form, Json, Notice, Report};
use crate::words::count;

/// Cases that someone still reads through.
const MOST: usize = 200;

/// Generate an eval file from the titles and headings of an export
///
/// Prints the file to standard output. Questions that the embedded twin already answers from the right page
/// become cases; the others are included as comments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin eval init --from handbook.zip > first.eval.yaml
  twin eval init --from drive > drive.eval.yaml

Exit codes:
  0 success, 2 invalid input")]
pub(super) struct Args {
    /// Exports, files or folders to read
    #[arg(long, value_name = "PATH", num_args = 1.., required = true, value_hint = ValueHint::AnyPath)]
    from: Vec<PathBuf>,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let twin = context.connect_to_exports(&args.from, false).await?.twin;
    let listing = twin.kb().list_all().await?;
    let documents = listing.items.iter().map(|document| {
        let call = twin.kb().get(&document.id);
        async { call.await.map(|read| (read.title, read.content.unwrap_or_default())) }
    });
    let mut documents: Vec<(String, String)> = try_join_all(documents).await?;
    documents.sort();
    let proposals = documents.iter().map(|(title, text)| propose(title, text));
    let mut cases = the_first(proposals.collect(), MOST);
    number_ids(&mut cases);
    if cases.is_empty() {
        return Err(CliError::invalid("no document has a title to ask about"));
    }
    let report = Eval::new(&twin).run(&Suite::new(cases)).await;
    let judged = report.cases.into_iter().map(|outcome| (outcome.case, outcome.status == Status::Passed));
    Ok(Box::new(Proposal(judged.collect())))
}

/// So many cases: first one of each document, then a second one.
fn the_first(mut proposals: Vec<Vec<Case>>, most: usize) -> Vec<Case> {
    let mut left = most;
    let longest = proposals.iter().map(Vec::len).max().unwrap_or_default();
    let mut kept = vec![0; proposals.len()];
    for round in 0..longest {
        for (cases, kept) in proposals.iter().zip(&mut kept) {
            if left > 0 && cases.len() > round {
                *kept += 1;
                left -= 1;
            }
        }
    }
    for (cases, kept) in proposals.iter_mut().zip(kept) {
        cases.truncate(kept);
    }
    proposals.into_iter().flatten().collect()
}

/// The cases, and whether each holds.
struct Proposal(Vec<(Case, bool)>);

impl Report for Proposal {
    fn text(&self, page: &mut Page) {
        page.verbatim(&to_yaml(self.0.iter().map(|(case, holds)| (case, *holds))));
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        let cases = self.0.iter().filter(|(_, holds)| *holds).map(|(case, _)| {
            serde_json::json!({
                "id": case.id, "ask": case.ask,
                "expect": {"source": case.expect.source, "escalates": case.expect.escalates},
            })
        });
        json.of(&serde_json::json!({"version": 1, "cases": cases.collect::<Vec<_>>()}))
    }

    fn notices(&self, _: Form) -> Vec<Notice> {
        let holds = self.0.iter().filter(|(_, holds)| *holds).count();
        let left = self.0.len() - holds;
        let text = match left {
            0 => format!("{} proposed", count(holds, "case")),
            _ => format!(
                "{} generated; {left} more do not hold today and are included as comments",
                count(holds, "case")
            ),
        };
        vec![Notice::hint(text)]
    }
}
