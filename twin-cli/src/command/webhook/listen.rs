//! `twin webhook listen`: receives webhooks on this machine, prints them and passes them on.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use url::Url;

use super::forward::Forwarder;
use super::print::{Printer, Unprinted};
use super::receive::{Delivery, MaxAge, Receiver, Rules};
use super::target::Target;
use super::{Secret, parse_url};
use crate::command::serve::Stopped;
use crate::command::{Nothing, Outcome};
use crate::context::Context;
use crate::error::CliError;
use crate::stop::Signal;
use crate::ui::{Notice, term};

/// How often is looked whether anyone reads.
const LOOK: Duration = Duration::from_secs(1);

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
/// Ends when nothing reads its output any more; with --forward-to, goes on forwarding.
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
    let rules = Rules { max_age: args.max_age, repeats: args.repeats, only_printed: target.is_none() };
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

/// Passes on and prints what comes, until a signal says otherwise. Where events are only printed, it ends when no one
/// reads them any more; where they are forwarded too, only the printing ends.
async fn hand_out(
    mut deliveries: mpsc::UnboundedReceiver<Arc<Delivery>>,
    forwarder: Option<&Forwarder>,
    context: &Context,
) -> Outcome {
    let ui = context.ui;
    let mut signals = context.stop.graceful();
    let mut look = tokio::time::interval(LOOK);
    let mut printer = Some(Printer::start(ui));
    let mut unsent = Vec::new();
    let hand_on = |delivery: Arc<Delivery>, printer: Option<&Printer>, unsent: &mut Vec<String>| {
        if let Some(forwarder) = forwarder {
            forwarder.push(delivery.clone());
        }
        if let Some(Err(delivery)) = printer.map(|printer| printer.push(delivery)) {
            unsent.push(delivery.event.escalation_id.clone());
        }
    };
    let ended: Ended = loop {
        tokio::select! {
            biased;
            signal = signals.wait_for(Option::is_some) => {
                let signal = signal.ok().and_then(|signal| *signal);
                break Ended::Signal(signal.unwrap_or(Signal::Terminate));
            }
            failed = failed(printer.as_mut()) => {
                printer = None;
                if forwarder.is_none() {
                    break Ended::Unprinted(failed);
                }
                ui.notice(&Notice::warning(format!(
                    "events are no longer printed, but still forwarded: {}",
                    failed.reason()
                )));
            }
            _ = look.tick(), if forwarder.is_none() => {
                if !term::stdout_is_read() {
                    break Ended::Unprinted(Unprinted::default());
                }
            }
            delivery = deliveries.recv() => {
                let delivery = delivery.ok_or_else(|| CliError::internal("the server ended"))?;
                hand_on(delivery, printer.as_ref(), &mut unsent);
            }
        }
    };
    // What was taken is dealt with to the end.
    deliveries.close();
    while let Ok(delivery) = deliveries.try_recv() {
        match (&printer, &ended) {
            (None, Ended::Unprinted(_)) => unsent.push(delivery.event.escalation_id.clone()),
            _ => hand_on(delivery, printer.as_ref(), &mut unsent),
        }
    }
    let last = match printer {
        Some(printer) => printer.finish().await.err(),
        None => None,
    };
    let (signal, mut unprinted) = match ended {
        Ended::Signal(signal) => (Some(signal), last.unwrap_or_default()),
        Ended::Unprinted(first) => (None, last.unwrap_or(first)),
    };
    unprinted.ids.append(&mut unsent);
    let text = unprinted.text().filter(|_| forwarder.is_none());
    match (signal, unprinted.error) {
        (None, Some(error)) => Err(CliError::new(error.code(), text.unwrap_or(error.message().to_owned()))),
        (signal, _) => {
            if let Some(text) = text {
                ui.notice(&Notice::warning(text));
            }
            match signal {
                Some(signal) => Ok(Box::new(Stopped(signal))),
                None => Ok(Box::new(Nothing)),
            }
        }
    }
}

/// Why no more events are handed out.
enum Ended {
    Signal(Signal),
    Unprinted(Unprinted),
}

async fn failed(printer: Option<&mut Printer>) -> Unprinted {
    match printer {
        Some(printer) => printer.failed().await,
        None => std::future::pending().await,
    }
}
