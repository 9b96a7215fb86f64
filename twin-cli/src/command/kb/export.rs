//! `twin kb export`: every document that can be listed as a file, so that 'twin kb import' can bring it back.

use std::path::{Path, PathBuf};

use serde::Serialize;
use twin_sdk::{Document, ErrorKind};

use super::backup_file;
use crate::command::Outcome;
use crate::command::bulk::{Failed, Health, finished};
use crate::command::listing::Unlisted;
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::files;
use crate::stop::Signal;
use crate::ui::page::{Page, Tone};
use crate::ui::progress::Progress;
use crate::ui::{Form, Json, Notice, Report};
use crate::words::{count, remaining};

/// Export every document to a folder, as Markdown with front matter
///
/// Each file has the ID, title, type, source and creation time as front matter, followed by the unchanged
/// text. 'twin kb import DIR' imports the files again, with their types. Existing files are not fetched
/// again, so an interrupted export continues where it stopped. The API lists at most 200 documents of one
/// type; the number of documents that it does not list is reported.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb export backup
  twin kb export backup --json | jq .written

Exit codes:
  0 every document is exported, 3 some are not or cannot be listed, 2 the folder cannot be created,
  1 a file cannot be written, 4 no key, 7 connection failed, 130 interrupted, 143 terminated")]
pub struct Args {
    /// Folder to write to; created if it does not exist
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    dir: PathBuf,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let dir = args.dir;
    std::fs::create_dir_all(&dir)
        .map_err(|error| CliError::invalid(format!("cannot create the folder {}: {error}", dir.display())))?;
    let connection = context.connect_for_bulk().await?;
    let kb = connection.twin.kb();
    let listing = kb.list_all().await?;
    let unlisted = listing.missing().iter().map(Unlisted::from).collect();
    let mut done = Exported { dir: dir.display().to_string(), unlisted, ..Exported::default() };
    let mut signal = context.stop.graceful();
    let progress = Progress::start(&context.ui, "Exporting");
    let (total, mut documents) = (listing.items.len() as u64, listing.items.into_iter());
    while let Some(document) = documents.next() {
        progress.update(total - documents.len() as u64 - 1, total, &document.title);
        let path = dir.join(backup_file::name(&document));
        if path.is_file() {
            done.unchanged += 1;
            continue;
        }
        let stopped = match finished(kb.get(&document.id).into_future(), &mut signal).await {
            Ok(result) => done.take(&document, &path, result).err(),
            Err(signal) => Some(signal.error()),
        };
        let told_to_stop = signal.borrow().filter(|_| documents.len() > 0);
        let stopped = stopped.or_else(|| told_to_stop.map(Signal::error));
        if let Some(error) = stopped {
            done.remaining = total - done.dealt_with();
            done.error = Some(error);
            return Ok(Box::new(done));
        }
    }
    done.error = done.incomplete(&dir);
    Ok(Box::new(done))
}

/// How an export went.
#[derive(Default, Serialize)]
struct Exported {
    dir: String,
    /// Documents written this time.
    written: u64,
    /// Documents whose file was there.
    unchanged: u64,
    /// Documents deleted since they were listed.
    gone: u64,
    failed: Vec<Failed>,
    remaining: u64,
    unlisted: Vec<Unlisted>,
    #[serde(skip)]
    health: Health,
    #[serde(skip)]
    error: Option<CliError>,
}

impl Exported {
    fn dealt_with(&self) -> u64 {
        self.written + self.unchanged + self.gone + self.failed.len() as u64
    }

    /// Writes the document; an error that the next one would meet too ends the run.
    fn take(
        &mut self,
        listed: &Document,
        path: &Path,
        fetched: twin_sdk::Result<Document>,
    ) -> Result<(), CliError> {
        match fetched {
            Ok(document) => {
                files::replace(path, &backup_file::text(&document))
                    .map_err(|error| CliError::io(format_args!("cannot write {}", path.display()), &error))?;
                self.written += 1;
                self.health.is_well();
            }
            Err(error) if error.kind() == ErrorKind::NotFound => self.gone += 1,
            Err(error) => {
                let error = CliError::from(error);
                if self.health.would_meet_again(&error) {
                    return Err(error);
                }
                self.failed.push(Failed::new(listed.id.clone(), &error));
            }
        }
        Ok(())
    }

    fn incomplete(&self, dir: &Path) -> Option<CliError> {
        let unlisted: u64 = self.unlisted.iter().map(Unlisted::count).sum();
        let lacking = self.failed.len() as u64 + unlisted;
        let message = format!("{} lacks {}", dir.display(), count(lacking, "document"));
        (lacking > 0).then(|| CliError::new(Code::Partial, message))
    }
}

impl Report for Exported {
    fn text(&self, page: &mut Page) {
        let mut text = format!("Wrote {} to {}", count(self.written, "document"), self.dir);
        if self.unchanged > 0 {
            text += &format!(", {} existed already", self.unchanged);
        }
        page.block(&(text + "."), Tone::Plain);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }

    fn notices(&self, form: Form) -> Vec<Notice> {
        let mut notices: Vec<Notice> = self.unlisted.iter().map(Unlisted::notice).collect();
        if form != Form::Json {
            notices.extend(self.failed.iter().map(|Failed { id, message, .. }| {
                Notice::warning(format!("{id} was not written: {message}"))
            }));
            if self.remaining > 0 {
                notices.push(Notice::warning(remaining(self.remaining, "document")));
                notices.push(Notice::hint("run the same command again to continue"));
            }
        }
        notices
    }

    fn error(&self) -> Option<&CliError> {
        self.error.as_ref()
    }
}
