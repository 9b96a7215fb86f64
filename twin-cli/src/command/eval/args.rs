//! The arguments of `twin eval`.

use std::path::{Path, PathBuf};

use clap::ValueHint;

use super::init;
use crate::error::{CliError, Code};
use crate::files::output_file;

/// Test the answers against expectations
///
/// Reads questions and expected answers from eval files, asks each question once, and reports the
/// expectations that fail. With --from, answers come from exports on this machine, offline and free of
/// charge, which suits checks of pull requests.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// Eval files (.yaml, .jsonl or .csv)
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,

    /// Answer only from these exports, files or folders, without leaving this machine
    ///
    /// Takes one or more paths. Eval files that follow them are recognised by their extension.
    #[arg(long, value_name = "PATH", num_args = 1.., value_hint = ValueHint::AnyPath, conflicts_with_all = ["local_data", "base_url"])]
    from: Vec<PathBuf>,

    /// Ask at most N questions; the next run continues
    #[arg(long, value_name = "N")]
    pub(super) max_asks: Option<u64>,

    /// Check only N cases, chosen at random by --seed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) sample: Option<u32>,

    /// Seed of --sample: the same number chooses the same cases
    #[arg(long, value_name = "N", default_value_t = 0, requires = "sample")]
    pub(super) seed: u64,

    /// Check only cases that failed in the last run or are new
    #[arg(long)]
    pub(super) only_failed: bool,

    /// Ask a failing question again up to N times; a case that then passes is reported as flaky
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=20))]
    pub(super) retries: u32,

    /// Fail only if a case does worse than in this file
    #[arg(long, value_name = "FILE", value_parser = output_file(), value_hint = ValueHint::FilePath)]
    pub(super) baseline: Option<PathBuf>,

    /// Accept the results and write them to the --baseline file
    #[arg(long, requires = "baseline")]
    pub(super) bless: bool,

    /// Succeed if at least this percentage of cases passes
    #[arg(long, value_name = "N%", value_parser = parse_percent)]
    pub(super) min_pass: Option<f64>,

    /// Write the results as JUnit XML
    #[arg(long, value_name = "FILE", value_parser = output_file(), value_hint = ValueHint::FilePath)]
    pub(super) junit: Option<PathBuf>,

    /// Write the results as Markdown; in GitHub Actions, they are also added to the job summary
    #[arg(long, value_name = "FILE", value_parser = output_file(), value_hint = ValueHint::FilePath)]
    pub(super) summary: Option<PathBuf>,

    /// File that caches answers between runs, or 'off' [default: in the user's cache directory]
    #[arg(long, value_name = "FILE|off", value_parser = output_file(), value_hint = ValueHint::FilePath)]
    pub(super) cache: Option<PathBuf>,

    /// Resolve escalations that these questions open
    #[arg(long)]
    pub(super) resolve: bool,

    /// Show what the run would cost without asking anything
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// What `twin eval` does beside running files.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    Init(init::Args),
}

const EXAMPLES: &str = "\
Examples:
  twin eval init --from handbook.zip > first.eval.yaml
  twin eval handbook.eval.yaml --dry-run
  twin eval handbook.eval.yaml --from handbook.zip --min-pass 85%
  twin eval handbook.eval.yaml --sample 5 --min-pass 0 --junit eval.xml --summary eval.md

Exit codes:
  0 all expectations hold, 13 some do not, 3 partly done (the next run continues), 2 invalid input,
  4 no key, 7 connection failed, 9 not in your plan or limit reached";

impl Args {
    /// Whether nothing is to be kept between runs.
    pub(super) fn cache_is_off(&self) -> bool {
        self.cache.as_deref() == Some(Path::new("off"))
    }

    /// The eval files and the exports.
    pub(super) fn files_and_exports(&self) -> Result<(Vec<PathBuf>, Vec<PathBuf>), CliError> {
        let (mut files, mut from) = (self.files.clone(), self.from.clone());
        if files.is_empty() {
            // `--from` takes all paths that follow it.
            let first = from.iter().rposition(|path| !is_eval_file(path)).map_or(0, |last| last + 1);
            files = from.split_off(first.max(1).min(from.len()));
            if files.is_empty()
                && from.len() > 1
                && from.last().is_some_and(|path| has_ending(path, &["csv"]))
            {
                files.extend(from.pop());
            }
        }
        if files.is_empty() {
            return Err(CliError::new(Code::Usage, "the eval file is missing")
                .hint("name one, or generate one with 'twin eval init --from PATH'"));
        }
        Ok((files, from))
    }
}

fn is_eval_file(path: &Path) -> bool {
    has_ending(path, &["yaml", "yml", "jsonl", "ndjson"])
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    endings.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// `90%` or `90`, as a share of one.
fn parse_percent(text: &str) -> Result<f64, String> {
    let number: f64 = text
        .strip_suffix('%')
        .unwrap_or(text)
        .trim()
        .parse()
        .map_err(|_| "expected a percentage, such as 90%")?;
    if (0.0..=100.0).contains(&number) {
        Ok(number / 100.0)
    } else {
        Err("expected a percentage from 0% to 100%".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[arg(long)]
        local_data: bool,
        #[arg(long)]
        base_url: bool,
        #[command(flatten)]
        args: Args,
    }

    fn split(line: &str) -> (Vec<String>, Vec<String>) {
        let line = Line::try_parse_from(std::iter::once("eval").chain(line.split(' '))).unwrap();
        let names = |paths: Vec<PathBuf>| paths.iter().map(|path| path.display().to_string()).collect();
        let (files, from) = line.args.files_and_exports().unwrap();
        (names(files), names(from))
    }

    #[test]
    fn an_eval_file_behind_the_exports_is_told_from_them() {
        for line in ["a.yaml --from x.zip y", "--from x.zip y a.yaml", "--from x.zip y -- a.yaml"] {
            assert_eq!(split(line), (vec!["a.yaml".into()], vec!["x.zip".into(), "y".into()]), "{line}");
        }
        assert_eq!(split("--from t.csv a.csv"), (vec!["a.csv".into()], vec!["t.csv".into()]));
        assert_eq!(split("a.csv --from t.csv"), (vec!["a.csv".into()], vec!["t.csv".into()]));
        assert_eq!(
            split("--from d a.jsonl b.yml"),
            (vec!["a.jsonl".into(), "b.yml".into()], vec!["d".into()])
        );
    }

    #[test]
    fn a_share_is_a_percentage() {
        assert_eq!(parse_percent("90%"), Ok(0.9));
        assert_eq!(parse_percent("100"), Ok(1.0));
        assert!(parse_percent("101%").is_err() && parse_percent("most").is_err());
    }
}
