//! `twin help`: help on commands, and on what all commands share.

use std::ffi::OsString;

use clap::Args as _;
use clap::error::{ContextKind, ContextValue};
use serde_json::{Map, Value};

use super::Outcome;
use clap_complete::ArgValueCompleter;

use crate::complete;
use crate::error::{CliError, Code};
use crate::exit::Exit;
use crate::flags::GlobalArgs;
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Report};

/// Show help for a command, or for a topic: flags, environment, exit-codes, exports
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin help kb add
  twin help flags
  twin help exports

Exit codes:
  0 success, 2 no such command or topic")]
pub struct Args {
    /// A command such as 'kb add', or a topic: flags, environment, exit-codes, exports
    #[arg(value_name = "COMMAND|TOPIC", add = ArgValueCompleter::new(complete::topics))]
    words: Vec<String>,
}

impl Args {
    /// Returns the command line that shows the requested help, unless it is a topic.
    pub(super) fn line(&self) -> Option<Vec<OsString>> {
        if topic(&self.words).is_some() {
            return None;
        }
        let words = std::iter::once("twin").chain(self.words.iter().map(String::as_str));
        Some(words.chain(["--help"]).map(OsString::from).collect())
    }
}

pub(super) fn run(args: &Args) -> Outcome {
    match topic(&args.words) {
        Some(topic) => Ok(Box::new(topic)),
        None => Err(CliError::new(Code::Usage, "no such topic")),
    }
}

const ENVIRONMENT: &str = "environment";
const EXIT_CODES: &str = "exit-codes";
const FLAGS: &str = "flags";
const EXPORTS: &str = "exports";
pub(crate) const TOPICS: [&str; 4] = [FLAGS, ENVIRONMENT, EXIT_CODES, EXPORTS];

fn topic(words: &[String]) -> Option<Topic> {
    let [word] = words else { return None };
    match word.as_str() {
        FLAGS => Some(flags()),
        ENVIRONMENT => Some(environment()),
        EXIT_CODES => Some(exit_codes()),
        EXPORTS => Some(exports()),
        _ => None,
    }
}

/// Suggests a topic with the same first letters when no command has the name.
pub fn suggest_topic(mut error: clap::Error) -> clap::Error {
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) {
        let beginning: String = word.chars().take(3).collect();
        let similar = TOPICS.into_iter().find(|topic| topic.starts_with(&beginning));
        if let Some(topic) = similar {
            error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![topic.to_owned()]));
        }
    }
    error
}

/// A help topic, which is not about one command.
pub(super) struct Topic {
    pub(super) title: &'static str,
    pub(super) entries: Vec<(String, String)>,
}

pub(super) fn environment() -> Topic {
    let entries = [
        (
            "TWIN_API_KEY",
            "The API key. --api-key-file takes precedence over it; it takes precedence over the profile's \
             api_key_command and the stored key. It is not sent to the address of a profile selected with \
             --profile.",
        ),
        (
            "TWIN_BASE_URL",
            "Base URL of the API, like --base-url. The address of a profile selected with --profile takes \
             precedence.",
        ),
        (
            "TWIN_PROFILE",
            "The profile in config.toml, like --profile, but the variables above take precedence over it.",
        ),
        ("TWIN_LOCAL", "Use the embedded twin, like --local."),
        ("TWIN_CACERT", "A file of additional certificate authorities, like --cacert."),
        ("TWIN_TIMEOUT", "Time limit for each attempt of a request, like --timeout."),
        ("TWIN_ANSWERS_KEY", "The key for the server that 'serve --answers' names, if it needs one."),
        ("TWIN_WEBHOOK_SECRET", "The webhook secret, unless --secret-file is given."),
        ("VISUAL, EDITOR", "The editor that 'twin escalations triage' opens."),
        ("NO_COLOR", "Disable colour."),
        ("CLICOLOR", "If 0, disable colour."),
        ("CLICOLOR_FORCE", "If not 0, enable colour in pipes and files too."),
        ("TERM", "If 'dumb', disable colour and redrawing of lines."),
        ("CI", "Disable prompts, and print progress line by line."),
        (
            "HTTPS_PROXY, NO_PROXY",
            "The proxy for https addresses, and the hosts to reach without it (host, .suffix, *.suffix, \
             host:port). A proxy that cannot be used is an error. Loopback addresses never go through a \
             proxy.",
        ),
        ("XDG_CONFIG_HOME", "Its folder 'twin' has config.toml and credentials.toml [default: ~/.config]."),
        ("XDG_DATA_HOME", "Its folder 'twin' has the embedded twin's data [default: ~/.local/share]."),
    ];
    let entries = entries.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let title = "Environment variables (empty counts as unset). Flags take precedence over variables, and \
        variables over the profile";
    Topic { title, entries }
}

pub(super) fn exit_codes() -> Topic {
    let entries = Exit::ALL.map(|exit| (exit.code().to_string(), exit.meaning().to_owned())).into();
    Topic { title: "Exit codes", entries }
}

/// Describes the global flags.
fn flags() -> Topic {
    let command = GlobalArgs::augment_args(clap::Command::new("twin"));
    let entry = |arg: &clap::Arg| {
        let long = arg.get_long()?;
        let short = arg.get_short().map_or_else(String::new, |short| format!("-{short}, "));
        let value = arg.get_value_names().filter(|_| arg.get_action().takes_values());
        let value = value.map_or_else(String::new, |names| format!(" {}", names.join(" ")));
        Some((format!("{short}--{long}{value}"), arg.get_help()?.to_string()))
    };
    let entries = command.get_arguments().filter_map(entry).collect();
    Topic { title: "Global options, which every command accepts in any position", entries }
}

/// Describes how to export documents from other products.
fn exports() -> Topic {
    let entries = [
        (
            "Notion",
            "Settings > General > Export all workspace content, as Markdown & CSV, with subpages. For a \
             single page: its menu (•••) > Export. Pass all zip files of one export together.",
        ),
        (
            "Google Drive",
            "takeout.google.com, with only Drive selected: documents as docx, sheets as xlsx. Or select \
             folders in Drive and download them. Pass all zip files together.",
        ),
        (
            "Slack",
            "As an administrator: Tools & settings > Workspace settings > Import/export data > Export. \
             Only public channels are read, unless you pass --include-private.",
        ),
        ("Confluence", "Space settings > Export space > HTML. An XML backup cannot be read."),
        (
            "Zendesk",
            "All pages that GET /api/v2/help_center/articles.json returns, as a file or a folder. Drafts are skipped.",
        ),
        ("Intercom", "All pages that GET /articles returns, as a file or a folder. Drafts are skipped."),
        ("Evernote", "In the list of notebooks: the menu (•••) > Export notebook, as .enex."),
        (
            "Obsidian, wikis",
            "The folder of the vault, a zip of it, or a checkout of a GitHub or GitLab wiki.",
        ),
        ("Mail", "A mailbox in mbox format (takeout.google.com, Thunderbird), or messages as eml files."),
        ("Files", "Any folder, zip or tar of Markdown, text, HTML, CSV, docx, xlsx, pptx or PDF files."),
        (
            "Scans",
            "Pictures and scanned PDFs need --ocr-command 'tesseract {} -', or another program that prints their text.",
        ),
        ("Other programs", "JSON Lines, one document per line: {\"key\", \"title\", \"content\"}."),
        (
            "Then",
            "Run 'twin kb sync PATH… --dry-run' to see the plan, or 'twin ask --from PATH' to ask right away.",
        ),
    ];
    let entries = entries.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    Topic { title: "How to export your documents", entries }
}

impl Report for Topic {
    fn text(&self, page: &mut Page) {
        page.block(&format!("{}:", self.title), Tone::Strong);
        let widest = self.entries.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, text) in &self.entries {
            page.entry(&format!("  {name:<widest$}  "), Tone::Strong, text);
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        let entries = self.entries.iter().map(|(name, text)| (name.clone(), Value::from(text.as_str())));
        json.of(&entries.collect::<Map<_, _>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_topic_names_anything_twice() {
        for name in TOPICS {
            let topic = topic(&[name.to_owned()]).unwrap();
            let names: std::collections::HashSet<&String> =
                topic.entries.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), topic.entries.len(), "{name}");
        }
    }
}
