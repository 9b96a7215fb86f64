//! The files `twin eval` writes: reports, the baseline, and the cache it keeps.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use twin_eval::{Baseline, Cache, Report};

use super::args::Args;
use crate::env;
use crate::error::{CliError, Code};
use crate::files;
use crate::ui::{Notice, Ui};

/// Sees that what is to be written can be, before any question is paid for.
pub(super) fn can_be_written(args: &Args) -> Result<(), CliError> {
    let baseline = args.baseline.as_ref().filter(|_| args.bless);
    for path in [&args.junit, &args.summary].into_iter().flatten().chain(baseline) {
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let probe = match path.is_dir() {
            true => Err(io::ErrorKind::IsADirectory.into()),
            false => tempfile::tempfile_in(dir).map(drop),
        };
        probe.map_err(|error: io::Error| {
            let error = io::Error::from(error.kind()); // the probe's own name says nothing
            CliError::invalid(format!("cannot write {}: {error}", path.display()))
                .hint("name a file in an existing folder that you can write to")
        })?;
    }
    Ok(())
}

/// Writes the reports that were asked for, and the summary of the job in GitHub Actions.
pub(super) fn write_reports(args: &Args, report: &Report, note: &str) -> Result<(), CliError> {
    if let Some(path) = &args.junit {
        write(path, &report.to_junit())?;
    }
    let job = env::is_on("GITHUB_ACTIONS").then(|| env::var("GITHUB_STEP_SUMMARY")).flatten();
    if args.summary.is_none() && job.is_none() {
        return Ok(());
    }
    let markdown = report.to_markdown(note);
    if let Some(path) = &args.summary {
        write(path, &markdown)?;
    }
    if let Some(path) = job {
        let file = OpenOptions::new().append(true).create(true).open(&path);
        file.and_then(|mut file| file.write_all(markdown.as_bytes()))
            .map_err(|error| CliError::io(format_args!("cannot write the job's summary {path}"), &error))?;
    }
    Ok(())
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), CliError> {
    std::fs::write(path, text)
        .map_err(|error| CliError::io(format_args!("cannot write {}", path.display()), &error))
}

/// The baseline that is named; an empty one where it is still to be written.
pub(super) fn baseline(args: &Args) -> Result<Option<Baseline>, CliError> {
    let Some(path) = &args.baseline else { return Ok(None) };
    let text = match files::read_if_there(path)? {
        Some(text) => text,
        None if args.bless || args.dry_run => String::new(),
        None => {
            return Err(CliError::invalid(format!("baseline {} does not exist", path.display()))
                .hint("create it with --bless"));
        }
    };
    let unreadable = |error| CliError::invalid(format!("{} {error}", path.display()));
    Baseline::parse(&text).map(Some).map_err(|error| unreadable(error).hint("recreate it with --bless"))
}

/// Opens the cache; `None` if it is off, or of no use here and then only warned of.
pub(super) fn cache(args: &Args, label: &str, ui: &Ui) -> Result<Option<Cache>, CliError> {
    let chosen = args.cache.as_deref();
    if args.cache_is_off() {
        return match args.only_failed {
            true => Err(CliError::invalid(
                "--only-failed needs the cache, which holds the results of the last run",
            )
            .hint("remove --cache off")),
            false => Ok(None),
        };
    }
    if args.dry_run && !place(chosen)?.exists() {
        return Ok(None);
    }
    let open = || -> Result<Cache, CliError> {
        let path = place(chosen)?;
        if chosen.is_none()
            && let Some(dir) = path.parent()
        {
            files::create_private_dir(dir)
                .map_err(|error| CliError::io(format_args!("cannot create {}", dir.display()), &error))?;
        }
        Cache::open(&path, label).map_err(|error| unusable(&path, &error))
    };
    match open() {
        Ok(cache) => Ok(Some(cache)),
        Err(error) if chosen.is_some() || args.only_failed => Err(error),
        Err(error) => {
            ui.notice(&Notice::warning(format!("answers will not be cached: {error}")));
            Ok(None)
        }
    }
}

fn place(chosen: Option<&Path>) -> Result<PathBuf, CliError> {
    match chosen {
        Some(path) => Ok(path.to_owned()),
        None => Ok(files::cache_dir()?.join("eval.jsonl")),
    }
}

fn unusable(path: &Path, error: &io::Error) -> CliError {
    CliError::new(Code::InvalidInput, format!("the cache {} cannot be used: {error}", path.display()))
        .hint("name another file with --cache, or turn it off with --cache off")
}
