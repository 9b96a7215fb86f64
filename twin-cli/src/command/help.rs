//! `twin help`: help on commands, and on what all commands share.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue};
use clap::{Args as _, ValueHint};
use serde_json::{Map, Value};

use super::Outcome;
use crate::error::{CliError, Code};
use crate::exit::Exit;
use crate::flags::GlobalArgs;
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Report};

/// Show help on a command, or on flags, environment, exit-codes or exports
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin help kb add
  twin help flags
  twin help exports

Exit codes:
  0 done, 2 no such command or topic")]
pub struct Args {
    /// A command such as 'kb add', or a topic: flags, environment, exit-codes, exports
    #[arg(value_name = "COMMAND|TOPIC", value_hint = ValueHint::Other)]
    words: Vec<String>,
}

impl Args {
    /// The command line whose help is asked for, where it is no topic.
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
        None => Err(CliError::new(Code::Usage, "there is no such topic")),
    }
}

const ENVIRONMENT: &str = "environment";
const EXIT_CODES: &str = "exit-codes";
const FLAGS: &str = "flags";
const EXPORTS: &str = "exports";
const TOPICS: [&str; 4] = [FLAGS, ENVIRONMENT, EXIT_CODES, EXPORTS];

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

/// Where no command has such a name, a topic with the same beginning may be meant.
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

/// A page on something that all commands share.
pub(super) struct Topic {
    pub(super) title: &'static str,
    pub(super) entries: Vec<(String, String)>,
}

pub(super) fn environment() -> Topic {
    let entries = [
        (
            "TWIN_API_KEY",
            "The API key. --api-key-file comes before it, the profile's api_key_command and the stored key after it. \
             It is not sent to the address of a profile that --profile names.",
        ),
        (
            "TWIN_BASE_URL",
            "The API's address, as --base-url. --profile brings its own address and comes before it.",
        ),
        ("TWIN_PROFILE", "The profile of config.toml to use, as --profile, behind the variables above."),
        ("TWIN_LOCAL", "Use the embedded twin, as --local."),
        ("TWIN_CACERT", "A file of further certificate authorities, as --cacert."),
        ("TWIN_TIMEOUT", "The longest time for one try of one request, as --timeout."),
        ("TWIN_ANSWERS_KEY", "The key of the server that 'serve --answers' names, if it wants one."),
        ("TWIN_WEBHOOK_SECRET", "The webhook secret, if no --secret-file is given."),
        ("VISUAL, EDITOR", "The editor for answers in 'twin escalations triage'."),
        ("NO_COLOR", "Show no colour."),
        ("CLICOLOR", "With 0, show no colour."),
        ("CLICOLOR_FORCE", "Show colour in pipes and files too, unless it is 0."),
        ("TERM", "With 'dumb' nothing is coloured and no line is drawn over."),
        ("CI", "Ask nothing, and show progress in lines."),
        (
            "HTTPS_PROXY, NO_PROXY",
            "The proxy for https addresses, and what to reach without it (host, .suffix, *.suffix, host:port). \
             A proxy that cannot be used is an error. Loopback is never reached through a proxy.",
        ),
        (
            "XDG_CONFIG_HOME",
            "config.toml and credentials.toml are in its folder 'twin' [default: ~/.config].",
        ),
        ("XDG_DATA_HOME", "The embedded twin's data is in its folder 'twin' [default: ~/.local/share]."),
    ];
    let entries = entries.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let title = "Environment variables; an empty one counts as unset. A flag comes before a variable, \
                 a variable before the profile";
    Topic { title, entries }
}

pub(super) fn exit_codes() -> Topic {
    let entries = Exit::ALL.map(|exit| (exit.code().to_string(), exit.meaning().to_owned())).into();
    Topic { title: "Exit codes", entries }
}

/// What every command takes.
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
    Topic { title: "Flags that every command takes, anywhere on the line", entries }
}

/// How to get an export out of what holds the knowledge now.
fn exports() -> Topic {
    let entries = [
        (
            "Notion",
            "Settings, General, Export all workspace content: as Markdown & CSV, with subpages. For one page: its \
             menu (•••), Export. Give all the zips of one export together.",
        ),
        (
            "Google Drive",
            "takeout.google.com: Drive alone, documents as docx, tables as xlsx. Or choose folders in Drive and \
             download them. Give all the zips together.",
        ),
        (
            "Slack",
            "An admin: Tools & settings, Workspace settings, Import/export data, Export. Public channels are read; \
             --include-private adds the rest.",
        ),
        ("Mail", "A mailbox as mbox (takeout.google.com, Thunderbird) or messages as eml files."),
        ("Files", "Any folder, zip or tar of Markdown, text, HTML, CSV, docx, xlsx, pptx or PDF files."),
        ("Other programs", "One document a line as JSON: {\"key\", \"title\", \"content\"}."),
        (
            "Then",
            "'twin kb sync PATH… --dry-run' shows what would be done; 'twin ask --from PATH' just asks.",
        ),
    ];
    let entries = entries.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    Topic { title: "How to get an export", entries }
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
