//! `twin webhook listen`: receives webhooks on this machine, prints them and passes them on.

use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use twin_sdk::webhook::EventName;
use url::Url;

use super::forward::Forwarder;
use super::receive::{Delivery, MaxAge, Receiver, Rules};
use super::target::Target;
use super::{Secret, parse_url};
use crate::command::answer::percent;
use crate::command::serve::Stopped;
use crate::command::{Nothing, Outcome};
use crate::context::Context;
use crate::error::CliError;
use crate::stop::Signal;
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Notice, Report};

/// Receive, verify, print and forward webhooks
///
/// Listens on loopback, on any path; use a tunnel to receive webhooks from Twin. Answers each event with 200
/// as soon as it is in memory, and prints it once, even if it is delivered again. Refuses events that are not
/// signed with the secret or are too old.
///
/// With --forward-to, forwards each event with its original body, path, query and headers, and retries for an
/// hour until it is answered with 2xx; events of the same escalation stay in order. At most 1,000 events wait
/// at a time; further ones are answered with 503, so that Twin delivers them again.
///
/// When piped, prints one event per line: escalationId, event, confidence, askedBy, timestamp, question. With
/// --json, prints one JSON object per line.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin webhook listen --secret-file secret.txt
  twin webhook listen --port 4242 --forward-to http://localhost:3000/webhook
  twin webhook listen --json | jq -r .question

Exit codes:
  130 interrupted, 143 terminated, 2 invalid input or no secret, 1 the port is in use")]
pub struct Args {
    /// Address to listen on
    #[arg(long, value_name = "HOST", value_hint = clap::ValueHint::Hostname, default_value = "127.0.0.1")]
    host: String,

    /// Port to listen on; 0 selects a free port
    #[arg(long, value_name = "N", value_hint = clap::ValueHint::Other, default_value_t = 4242)]
    port: u16,

    /// Forward each event to this address
    #[arg(long, value_name = "URL", value_parser = parse_url, value_hint = clap::ValueHint::Url)]
    forward_to: Option<Url>,

    /// Also print and forward events that were delivered before
    #[arg(long)]
    repeats: bool,

    /// Refuse events older than this; 'off' accepts any
    #[arg(long, value_name = "DURATION", value_parser = MaxAge::parse, value_hint = clap::ValueHint::Other, default_value = "10m")]
    max_age: MaxAge,

    #[command(flatten)]
    secret: Secret,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let verifier = args.secret.verifier().await?;
    let ui = context.ui;
    let target = args.forward_to.map(|url| Target::new(url, context)).transpose()?;
    let listener = bind(&args.host, args.port).await?;
    let address = listener.local_addr().map_err(|error| CliError::io("cannot listen", &error))?;
    ui.announce(&format!("Listening on http://{address} until Ctrl-C"));
    if let Some(target) = &target {
        ui.announce(&format!("Forwarding events to {}", target.shown()));
    }
    if !address.ip().is_loopback() {
        ui.notice(&Notice::warning(format!(
            "{address} is reachable from other machines: only the signature identifies the sender, and \
             nothing is encrypted"
        )));
    }

    let (sender, deliveries) = mpsc::unbounded_channel();
    let rules = Rules { max_age: args.max_age, repeats: args.repeats };
    let receiver = Receiver::new(verifier, rules, sender, ui);
    let forwarder = target.map(|target| Forwarder::new(target, receiver.clone(), ui));
    let serving = tokio::spawn(receiver.clone().serve(listener));
    let ended = hand_out(deliveries, forwarder.as_ref(), context).await;
    serving.abort();
    receiver.tell_refusals();
    if let Some(forwarder) = forwarder {
        forwarder.close().await;
    }
    ended
}

async fn bind(host: &str, port: u16) -> Result<TcpListener, CliError> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    TcpListener::bind((host, port)).await.map_err(|error| {
        CliError::io(format_args!("cannot listen on {host}, port {port}"), &error)
            .hint("pass another --port, or 0 to select a free port")
    })
}

/// Passes on and prints what comes, until a signal says otherwise or no one reads any more.
async fn hand_out(
    mut deliveries: mpsc::UnboundedReceiver<Arc<Delivery>>,
    forwarder: Option<&Forwarder>,
    context: &Context,
) -> Outcome {
    let mut signals = context.stop.graceful();
    let (lines, mut to_print) = mpsc::unbounded_channel::<Arc<Delivery>>();
    let ui = context.ui;
    // Printing may block for as long as no one reads, which is no reason to keep Twin waiting.
    let mut printing = tokio::task::spawn_blocking(move || {
        while let Some(delivery) = to_print.blocking_recv() {
            if !ui.stream(&Line(&delivery))? {
                break;
            }
        }
        Ok::<_, CliError>(())
    });
    loop {
        let delivery = tokio::select! {
            biased;
            signal = signals.wait_for(Option::is_some) => {
                let signal = signal.ok().and_then(|signal| *signal);
                return Ok(Box::new(Stopped(signal.unwrap_or(Signal::Terminate))));
            }
            printed = &mut printing => {
                printed.map_err(CliError::internal)??;
                return Ok(Box::new(Nothing));
            }
            delivery = deliveries.recv() => delivery,
        };
        let delivery = delivery.ok_or_else(|| CliError::internal("the server ended"))?;
        if let Some(forwarder) = forwarder {
            forwarder.push(delivery.clone());
        }
        // Where no one takes it, printing is over: that is seen above.
        let _ = lines.send(delivery);
    }
}

/// One event in one line.
struct Line<'a>(&'a Delivery);

impl Report for Line<'_> {
    fn text(&self, page: &mut Page) {
        let event = &self.0.event;
        if !page.is_terminal() {
            return page.row(&[
                &event.escalation_id,
                event.event.as_str(),
                &event.confidence.to_string(),
                &event.asked_by,
                &event.timestamp.map(|time| time.to_string()).unwrap_or_default(),
                &event.question,
            ]);
        }
        let time = event
            .timestamp
            .map(|time| time.to_zoned_datetime(TimeZone::system()).strftime("%H:%M:%S").to_string());
        let time = time.unwrap_or_default();
        let name = match &event.event {
            EventName::EscalationCreated => String::new(),
            other => format!("{other}  "),
        };
        let who = format!("{}: ", event.asked_by);
        page.line(&[
            (&time, Tone::Dim),
            ("  ", Tone::Plain),
            (&name, Tone::Strong),
            (&event.escalation_id, Tone::Plain),
            ("  ", Tone::Plain),
            (&percent(event.confidence), Tone::Warning),
            ("  ", Tone::Plain),
            (&who, Tone::Dim),
            (&event.question, Tone::Plain),
        ]);
    }

    /// The body as it came, on one line whatever looks at it.
    fn json(&self, _: Json) -> serde_json::Result<String> {
        let body: serde_json::Value = serde_json::from_slice(&self.0.body)?;
        serde_json::to_string(&body)
    }
}
