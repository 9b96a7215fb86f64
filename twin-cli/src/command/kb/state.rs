//! `twin kb state`: looks into a state file, and drops entries of it. Neither touches the knowledge base.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde::Serialize;

use clap_complete::ArgValueCompleter;

use crate::command::Outcome;
use crate::command::listing::Listing;
use crate::complete;
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::ui::page::{Page, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::{Json, Report};
use crate::words::count;
use twin_sync::{self as sync, Entry, State};

/// Show a state file, or remove entries from it
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  twin kb state show
  twin kb state forget --all --yes

Exit codes:
  0 success, 5 no such key, 2 no state file or --yes needed, 1 declined or a file cannot be used,
  11 a sync is running, or the state file is damaged or from a newer version")]
pub enum Command {
    Show(ShowArgs),
    Forget(ForgetArgs),
}

/// List the entries of a state file
///
/// When piped, prints one source per line, with tab-separated fields: key, type, title, ids.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb state show
  twin kb state show --state drive.lock.json --json

Exit codes:
  0 success, 2 no state file, 1 it cannot be read, 11 it is damaged or from a newer version")]
pub struct ShowArgs {
    #[command(flatten)]
    file: FileArgs,
}

/// Remove entries without changing the knowledge base
///
/// The next sync treats these sources as new. Documents of removed entries stay in the knowledge base, and no
/// sync deletes them.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb state forget 'notion:6d2c1f7a9b3e4f508a7c6d5e4f3a2b1c'
  twin kb state forget --all --yes

Exit codes:
  0 success, 5 no such key, 2 no state file or --yes needed, 1 declined or a file cannot be used,
  11 a sync is running, or the state file is damaged or from a newer version")]
pub struct ForgetArgs {
    #[command(flatten)]
    file: FileArgs,

    /// Keys, as shown by 'twin kb state show'
    #[arg(value_name = "KEY", required_unless_present = "all", conflicts_with = "all", add = ArgValueCompleter::new(complete::keys))]
    keys: Vec<String>,

    /// Remove all entries
    #[arg(long)]
    all: bool,

    /// Do not ask for confirmation
    #[arg(long, short)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
struct FileArgs {
    /// State file
    #[arg(long, value_name = "PATH", default_value = "twin-kb.lock.json")]
    state: PathBuf,
}

pub(super) async fn run(command: Command, context: &Context) -> Outcome {
    match command {
        Command::Show(args) => show(&args),
        Command::Forget(args) => forget(args, context).await,
    }
}

fn show(args: &ShowArgs) -> Outcome {
    let state = present(&args.file.state)?;
    Ok(Box::new(Shown { entries: state.entries().cloned().collect() }))
}

async fn forget(args: ForgetArgs, context: &Context) -> Outcome {
    let path = &args.file.state;
    let state = present(path)?;
    if let Some(unknown) = args.keys.iter().find(|key| state.get(key).is_none()) {
        let error = CliError::new(Code::NotFound, format!("the state file has no entry {unknown}"));
        return Err(error.hint("run 'twin kb state show' to list the keys"));
    }
    let entries = if args.all { state.len() } else { args.keys.len() };
    if !args.yes {
        confirm(entries, context).await?;
    }
    let keys = (!args.all).then_some(args.keys.as_slice());
    let forgotten = sync::remove_entries(path, keys)?;
    Ok(Box::new(Forgotten { forgotten }))
}

async fn confirm(entries: usize, context: &Context) -> Result<(), CliError> {
    let what = count(entries, "document");
    context.ui.must_ask(&format!("{what} would be removed from the state file"), "confirm with --yes")?;
    let question = format!("Remove {what} from the state file? The knowledge base is not changed.");
    if context.ui.ask_to_go_on(&question).await? {
        Ok(())
    } else {
        Err(CliError::new(Code::Declined, "nothing was changed"))
    }
}

fn present(path: &Path) -> Result<State, CliError> {
    sync::read_state(path)?.ok_or_else(|| {
        CliError::invalid(format!("state file {} does not exist", path.display()))
            .hint("pass --state to use another file; 'twin kb sync' and 'twin kb import' create it")
    })
}

struct Shown {
    entries: Vec<Entry>,
}

impl Report for Shown {
    fn text(&self, page: &mut Page) {
        if !page.is_terminal() {
            for entry in &self.entries {
                let ids: Vec<&str> = entry.owned().collect();
                page.row(&[&entry.key, entry.document_type.as_str(), &entry.title, &ids.join(",")]);
            }
        } else if self.entries.is_empty() {
            page.block("The state file has no entries.", Tone::Dim);
        } else {
            let mut table = Table::new(&[
                Column::new("KEY").flexible(),
                Column::new("TYPE").optional(2),
                Column::new("TITLE").flexible(),
                Column::new("PARTS").right().optional(1),
            ]);
            for entry in &self.entries {
                table.push([
                    Cow::from(entry.key.as_str()),
                    entry.document_type.as_str().into(),
                    entry.title.as_str().into(),
                    entry.ids.len().to_string().into(),
                ]);
            }
            page.table(&table);
            let unfinished = self.entries.iter().filter(|entry| !entry.is_settled()).count();
            if unfinished > 0 {
                let text = format!("{unfinished} are unfinished: the next sync completes them");
                page.block(&text, Tone::Warning);
            }
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&Listing::new(&self.entries, self.entries.len() as u64))
    }
}

#[derive(Serialize)]
struct Forgotten {
    forgotten: usize,
}

impl Report for Forgotten {
    fn text(&self, page: &mut Page) {
        page.line(&[(&format!("Forgot {}", self.forgotten), Tone::Plain)]);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }
}
