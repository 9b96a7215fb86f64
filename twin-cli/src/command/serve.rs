//! `twin serve`: the reference twin as a local server, until it is told to stop.

use std::fs::OpenOptions;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use serde::Serialize;
use serde_json::json;
use twin_reference::{Fault, Received, Reference};
use twin_sdk::ApiKey;
use url::{Host, Url};

use super::Outcome;
use crate::context::Context;
use crate::embedded::{Embedded, new_key, with_data};
use crate::env;
use crate::error::CliError;
use crate::exit::Exit;
use crate::files;
use crate::input::Input;
use crate::settings::LocalData;
use crate::stop::Signal;
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Notice, Report, Ui};
use crate::words::count;

/// Run a local Twin API server
///
/// Prints the settings that clients need, and serves until Ctrl-C or SIGTERM. Listens on loopback only,
/// unless --host is given. Generates a new API key at each start, or uses the one in --api-key-file, which is
/// created if it does not exist.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin serve --seed handbook.zip
  twin serve --port 8080 --data twin.db --api-key-file twin.key --rate-limit 600 -v
  twin serve --seed handbook.zip --answers http://127.0.0.1:11434/v1 --model llama3.2

Exit codes:
  130 interrupted, 143 terminated, 2 invalid input, 1 the port is in use")]
pub struct Args {
    /// Address to listen on
    #[arg(long, value_name = "HOST", value_hint = ValueHint::Hostname, default_value = "127.0.0.1")]
    host: String,

    /// Port to listen on; 0 selects a free port
    #[arg(long, value_name = "N", default_value_t = 0, value_hint = ValueHint::Other)]
    port: u16,

    /// Store the data in this file [default: in memory]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    data: Option<PathBuf>,

    /// Fill an empty knowledge base with the documents of this export, file or folder; repeatable
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    seed: Vec<PathBuf>,

    /// Maximum requests per minute and key [default: 60]
    #[arg(long, value_name = "N", conflicts_with = "no_rate_limit", value_parser = clap::value_parser!(u32).range(1..), value_hint = ValueHint::Other)]
    rate_limit: Option<u32>,

    /// Do not limit the request rate
    #[arg(long)]
    no_rate_limit: bool,

    /// Make matching requests fail, such as 'POST /v1/kb: 429 Retry-After 2, once'; repeatable
    #[arg(long, value_name = "FAULT", value_hint = ValueHint::Other)]
    fault: Vec<Fault>,

    /// Append each request to this file as a line of JSON, without credentials
    #[arg(long, value_name = "FILE", value_parser = files::output_file(), value_hint = ValueHint::FilePath)]
    record: Option<PathBuf>,

    /// Maximum answers per month [default: unlimited]
    #[arg(long, value_name = "N", value_hint = ValueHint::Other)]
    monthly_limit: Option<u32>,

    /// Send a webhook to this address for every escalation
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, requires = "webhook_secret_file")]
    webhook_url: Option<String>,

    /// Read the webhook secret from a file, or from standard input with '-'
    #[arg(long, value_name = "PATH|-", value_hint = ValueHint::FilePath, requires = "webhook_url")]
    webhook_secret_file: Option<PathBuf>,

    /// Have answers phrased by the OpenAI-compatible server at this address (Ollama, llama.cpp, vLLM)
    ///
    /// The server receives the question and the passages found, and the key in TWIN_ANSWERS_KEY if that is set.
    /// Confidence, sources and escalations do not change. If the server fails, the answer is the excerpt.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, requires = "model")]
    answers: Option<String>,

    /// Model that phrases the answers
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other, requires = "answers")]
    model: Option<String>,

    /// Allow an --answers server on another machine
    #[arg(long, requires = "answers")]
    answers_remote: bool,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    context.only_one_from_stdin(args.webhook_secret_file.as_deref())?;
    let (seed, address) = (args.seed.clone(), resolved(&args.host, args.port).await?);
    let key = match &context.flags.api_key_file {
        Some(path) => kept_key(path, &context.ui).await?,
        None => new_key(),
    };
    let reference = with_log(configure(args, key).await?, context.ui);
    let twin = Embedded::serve(reference, address).await?;
    if !address.ip().is_loopback() {
        context.ui.notice(&Notice::warning(format!(
            "{address} is reachable from other machines: only the key protects it, and it is sent unencrypted"
        )));
    }
    match twin.document_count().await {
        _ if seed.is_empty() => {}
        0 => drop(twin.fill(&seed, None, &context.ui).await?),
        number => {
            let documents = count(number, "document");
            let text = format!("the data already has {documents}: --seed is ignored");
            context.ui.notice(&Notice::warning(text));
        }
    }
    let mut signals = context.stop.graceful();
    let key = twin.key()?;
    context.ui.stream(&Serving { base_url: twin.url(), api_key: key.expose() })?;
    context.ui.remark("Press Ctrl-C to stop. To use the server, run the line above in another terminal.");
    let signal = signals.wait_for(Option::is_some).await.ok().and_then(|signal| *signal);
    twin.shutdown().await;
    Ok(Box::new(Stopped(signal.unwrap_or(Signal::Terminate))))
}

/// Shows each request, where -v asks for it.
fn with_log(reference: Reference, ui: Ui) -> Reference {
    if ui.verbosity() == 0 {
        return reference;
    }
    reference.on_request(move |handled| {
        let status = handled.status.map_or("no answer".to_owned(), |status| status.to_string());
        let left = handled.remaining.map_or_else(String::new, |left| format!(", {left} left"));
        let elapsed = handled.elapsed.as_secs_f64() * 1000.0;
        ui.detail(1, &format!("{} {} {status} {elapsed:.1}ms{left}", handled.method, handled.path));
    })
}

/// The server as the flags want it.
async fn configure(args: Args, key: String) -> Result<Reference, CliError> {
    let mut reference = Reference::new().key(key).host_name(args.host);
    if let Some(limit) = args.rate_limit {
        reference = reference.rate_limit(limit);
    }
    if args.no_rate_limit {
        reference = reference.no_rate_limit();
    }
    for fault in args.fault {
        reference = reference.fault(fault);
    }
    if let Some(path) = args.record {
        reference = with_record(reference, &path)?;
    }
    if let Some(limit) = args.monthly_limit {
        reference = reference.monthly_limit(limit);
    }
    if let (Some(url), Some(path)) = (args.webhook_url, args.webhook_secret_file) {
        let secret = Input::of(&path).read("the webhook secret").await?;
        if secret.trim().is_empty() {
            return Err(CliError::invalid(format!("{} contains no webhook secret", path.display())));
        }
        reference = reference.webhook(url, secret.trim());
    }
    if let (Some(url), Some(model)) = (args.answers, args.model) {
        if !args.answers_remote && !is_loopback(&url)? {
            let text = "--answers names a server on another machine, which would receive every question \
                and the passages found";
            return Err(CliError::invalid(text).hint("pass --answers-remote to allow it"));
        }
        if let Some(key) = env::var("TWIN_ANSWERS_KEY") {
            if !is_loopback(&url)? && !url.trim_start().to_ascii_lowercase().starts_with("https:") {
                let text =
                    "--answers is plain http, so the key in TWIN_ANSWERS_KEY would be sent unencrypted";
                return Err(
                    CliError::invalid(text).hint("use the server's https address, or unset TWIN_ANSWERS_KEY")
                );
            }
            reference = reference.answers_key(key);
        }
        reference = reference.answers_by(url, model, None);
    }
    let data = args.data.map_or(LocalData::Memory, LocalData::File);
    with_data(reference, &data)
}

fn is_loopback(url: &str) -> Result<bool, CliError> {
    let parsed = Url::parse(url).map_err(|error| CliError::invalid(format!("--answers: {error}")))?;
    Ok(match parsed.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    })
}

/// The address that a host name and a port stand for.
async fn resolved(host: &str, port: u16) -> Result<SocketAddr, CliError> {
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let unusable = |why: String| {
        CliError::invalid(format!("--host {host}: {why}")).hint("pass an address of this machine")
    };
    let mut addresses =
        tokio::net::lookup_host((name, port)).await.map_err(|error| unusable(error.to_string()))?;
    addresses.next().ok_or_else(|| unusable("no such host".to_owned()))
}

/// The key in a file, so that clients keep theirs when the server is started again; a new one if there is no file.
async fn kept_key(path: &Path, ui: &Ui) -> Result<String, CliError> {
    let input = Input::of(path);
    if matches!(&input, Input::File(path) if !path.exists()) {
        let key = new_key();
        files::replace_private(path, &format!("{key}\n"))
            .map_err(|error| CliError::io(format_args!("cannot write {}", path.display()), &error))?;
        ui.remark(&format!("Wrote a new key to {}", path.display()));
        return Ok(key);
    }
    let key = input.read("the API key").await?;
    Ok(ApiKey::new(key).map_err(|error| CliError::invalid(format!("{input}: {error}")))?.expose().to_owned())
}

/// Appends each request to a file, a line each.
fn with_record(reference: Reference, path: &Path) -> Result<Reference, CliError> {
    let file = OpenOptions::new().append(true).create(true).open(path);
    let file = file.map_err(|error| CliError::io(format_args!("cannot write {}", path.display()), &error))?;
    Ok(reference.on_received(move |received| {
        // A full disk must not stop the server; what is missing shows in the file.
        let _ = (&file).write_all(format!("{}\n", record_of(received)).as_bytes());
    }))
}

fn record_of(received: &Received) -> serde_json::Value {
    let headers = received.headers.keys().map(|name| (name.as_str(), received.header(name.as_str())));
    let headers: std::collections::BTreeMap<_, _> = headers.collect();
    let body = match serde_json::from_slice(&received.body) {
        Ok(body) => body,
        Err(_) if received.body.is_empty() => serde_json::Value::Null,
        Err(_) => String::from_utf8_lossy(&received.body).into(),
    };
    json!({
        "method": received.method.as_str(), "path": received.path, "query": received.query,
        "headers": headers, "body": body,
    })
}

/// Where the server is and who may use it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Serving<'a> {
    base_url: &'a str,
    api_key: &'a str,
}

impl Report for Serving<'_> {
    fn text(&self, page: &mut Page) {
        let Self { base_url, api_key } = self;
        page.line(&[(&format!("export TWIN_BASE_URL={base_url} TWIN_API_KEY={api_key}"), Tone::Plain)]);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }
}

/// A server that was told to stop, which is how it is meant to end.
pub(super) struct Stopped(pub(super) Signal);

impl Report for Stopped {
    fn text(&self, _: &mut Page) {}

    fn json(&self, _: Json) -> serde_json::Result<String> {
        Ok(String::new())
    }

    fn exit(&self) -> Exit {
        self.0.error().exit()
    }
}
