//! `twin escalations resolve`: marks escalations as dealt with, one after the other.

use serde::Serialize;

use crate::command::{Outcome, ids};
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::input::Input;
use crate::ui::page::{Page, Tone};
use crate::ui::{Form, Json, Notice, Report};

/// Mark escalations as resolved
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin escalations resolve esc_xyz789
  twin escalations list | grep 'Jordan M.' | twin escalations resolve -")]
pub struct Args {
    /// Ids, as 'twin escalations list' shows them; '-' reads them from standard input, one a line
    #[arg(value_name = "ID|-", required = true)]
    ids: Vec<String>,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let ids = all_ids(args.ids).await?;
    ids.iter().try_for_each(|id| ids::check(id))?;
    if ids.is_empty() {
        return Ok(Box::new(Resolved::default()));
    }
    let alone = ids.len() == 1;
    let connection = if alone { context.connect().await? } else { context.connect_for_bulk().await? };
    let mut done = Resolved::default();
    let mut ids = ids.into_iter();
    while let Some(id) = ids.next() {
        let Err(error) = connection.twin.escalations().resolve(&id).await else {
            done.resolved.push(id);
            continue;
        };
        if alone {
            return Err(ids::explain(error, &id));
        }
        let error = CliError::from(error);
        if error.ends_a_bulk_run() {
            done.remaining = std::iter::once(id).chain(ids).collect();
            done.error = Some(error);
            break;
        }
        done.add_failure(id, &error);
    }
    if done.error.is_none() && !done.failed.is_empty() {
        let count = done.failed.len() + done.resolved.len();
        let message = format!("{} of {count} escalations could not be resolved", done.failed.len());
        done.error = Some(CliError::new(Code::Partial, message));
    }
    Ok(Box::new(done))
}

/// Every id once, in the order given, those from standard input where `-` stands.
async fn all_ids(given: Vec<String>) -> Result<Vec<String>, CliError> {
    let mut ids: Vec<String> = Vec::new();
    for id in given {
        let more = if id == "-" { first_words(&Input::Stdin.read("ids").await?) } else { vec![id] };
        for id in more {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    Ok(ids)
}

/// The first word of each line: an id by itself, or a row of `twin escalations list`.
fn first_words(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// What became of the ids.
#[derive(Default, Serialize)]
struct Resolved {
    resolved: Vec<String>,
    failed: Vec<Failed>,
    remaining: Vec<String>,
    #[serde(skip)]
    error: Option<CliError>,
}

#[derive(Serialize)]
struct Failed {
    id: String,
    code: &'static str,
    message: String,
}

impl Resolved {
    fn add_failure(&mut self, id: String, error: &CliError) {
        self.failed.push(Failed { id, code: error.code().name(), message: error.message().to_owned() });
    }
}

impl Report for Resolved {
    fn text(&self, page: &mut Page) {
        for id in &self.resolved {
            if page.is_terminal() {
                page.line(&[("Resolved ", Tone::Good), (id, Tone::Plain)]);
            } else {
                page.row(&[id]);
            }
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }

    fn notices(&self, form: Form) -> Vec<Notice> {
        if form == Form::Json {
            return Vec::new();
        }
        let failed =
            self.failed.iter().map(|failed| format!("{} was not resolved: {}", failed.id, failed.message));
        failed.map(Notice::warning).collect()
    }

    fn error(&self) -> Option<&CliError> {
        self.error.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_listing_can_be_piped_in() {
        assert_eq!(first_words("esc_1\topen\t0.2\n\nesc_2\n"), ["esc_1", "esc_2"]);
    }
}
