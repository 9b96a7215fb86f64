//! `twin webhook listen`: receives webhooks on this machine, prints them and passes them on.

use std::net::Ipv4Addr;

use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use twin_sdk::webhook::EventName;
use url::Url;

use super::forward::{self, Target};
use super::receive::{Delivery, Receiver};
use super::{Secret, parse_url};
use crate::command::answer::percent;
use crate::command::serve::Stopped;
use crate::command::{Nothing, Outcome};
use crate::context::Context;
use crate::error::CliError;
use crate::stop::Signal;
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Report};

/// Receive webhooks, verify them, print them and pass them on
///
/// It listens on this machine only, on any path: let a tunnel lead Twin's webhooks here. Each event is
/// answered with 200 before anything slow, printed once however often it is delivered, and passed on with the
/// body and the signature as they came. What is not signed with the secret is refused. In a pipe: a row an
/// event: escalationId, event, confidence, askedBy, timestamp, question. With --json: a line of JSON an event.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin webhook listen --secret-file secret.txt
  twin webhook listen --port 4242 --forward-to http://localhost:3000/webhook
  twin webhook listen --json | jq -r .question

Exit codes:
  130 stopped by Ctrl-C, 143 stopped by SIGTERM, 2 bad input or no secret, 1 the port is taken")]
pub struct Args {
    /// The port to listen on; 0 is any free one
    #[arg(long, value_name = "N", value_hint = clap::ValueHint::Other, default_value_t = 4242)]
    port: u16,

    /// Pass each event on to this address
    #[arg(long, value_name = "URL", value_parser = parse_url, value_hint = clap::ValueHint::Url)]
    forward_to: Option<Url>,

    #[command(flatten)]
    secret: Secret,
}

/// Events that may wait to be printed or passed on.
const WAITING: usize = 1024;

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let verifier = args.secret.verifier().await?;
    let ui = context.ui;
    let (passed_on, forwarding) = match args.forward_to {
        Some(to) => {
            let (sender, receiver) = mpsc::channel(WAITING);
            let target = Target::new(to, context)?;
            (Some(sender), Some(tokio::spawn(forward::all(target, receiver, ui))))
        }
        None => (None, None),
    };
    let listener = bind(args.port).await?;
    let address = listener.local_addr().map_err(|error| CliError::io("cannot listen", &error))?;
    ui.announce(&format!("Listening on http://{address} until Ctrl-C"));

    let (sender, deliveries) = mpsc::channel(WAITING);
    let serving = tokio::spawn(Receiver::new(verifier, sender, ui).serve(listener));
    let ended = print(deliveries, passed_on, context).await;
    serving.abort();
    if let Some(forwarding) = forwarding {
        // What was answered with 200 is passed on, unless the second Ctrl-C comes first.
        let _ = forwarding.await;
    }
    ended
}

async fn bind(port: u16) -> Result<TcpListener, CliError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
        CliError::io(format_args!("cannot listen on port {port}"), &error)
            .hint("choose another --port, or 0 for a free one")
    })
}

/// Prints what comes and passes it on, until a signal says otherwise or no one reads any more.
async fn print(
    mut deliveries: mpsc::Receiver<Delivery>,
    passed_on: Option<mpsc::Sender<Delivery>>,
    context: &Context,
) -> Outcome {
    let mut signals = context.stop.graceful();
    loop {
        let delivery = tokio::select! {
            biased;
            signal = signals.wait_for(Option::is_some) => {
                let signal = signal.ok().and_then(|signal| *signal);
                return Ok(Box::new(Stopped(signal.unwrap_or(Signal::Terminate))));
            }
            delivery = deliveries.recv() => delivery,
        };
        let delivery = delivery.ok_or_else(|| CliError::internal("the server ended"))?;
        if !context.ui.stream(&Line(&delivery))? {
            return Ok(Box::new(Nothing));
        }
        if let Some(passed_on) = &passed_on {
            // The other end goes on as long as this one.
            let _ = passed_on.send(delivery).await;
        }
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
