//! `twin escalations resolve`: marks escalations as dealt with, one after the other.

use serde::Serialize;

use crate::command::{Outcome, ids};
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::exit::Exit;
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
    let connection = context.connect().await?;
    let mut done = Resolved::default();
    for id in ids {
        match connection.twin.escalations().resolve(&id).await.map_err(|error| ids::explain(error, &id)) {
            Ok(_) => done.resolved.push(id),
            Err(error) if done.is_of_no_use_to_go_on(&error) => return Err(error),
            Err(error) => done.failed.push(Failed::new(id, &error)),
        }
    }
    done.or_only_error()
}
