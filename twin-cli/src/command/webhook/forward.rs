//! Passing webhooks on: the bytes and the signature as they came.

use std::time::{Duration, Instant};

use hyper::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, RequestBuilder};
use tokio::sync::mpsc;
use twin_sdk::webhook::SIGNATURE_HEADER;
use url::Url;

use super::receive::Delivery;
use super::shown;
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::ui::{Notice, Ui};

/// How long a receiver may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client for requests to this address, by the global flags.
pub(super) fn client(to: &Url, context: &Context) -> Result<Client, CliError> {
    Ok(context.transport()?.client_for(to)?)
}

/// The status of the answer.
pub(super) async fn status(request: RequestBuilder, to: &Url) -> Result<u16, CliError> {
    let agent = concat!("twin-cli/", env!("CARGO_PKG_VERSION"));
    let sent = request.header("User-Agent", agent).timeout(TIMEOUT).send().await;
    let error = match sent {
        Ok(response) => return Ok(response.status().as_u16()),
        Err(error) => error.without_url(),
    };
    let url = shown(to);
    Err(if error.is_timeout() {
        CliError::new(Code::Timeout, format!("{url} did not answer in time"))
    } else if error.is_connect() {
        CliError::new(Code::Network, format!("{url} cannot be reached")).hint("is something listening there?")
    } else {
        CliError::new(Code::Network, format!("the connection to {url} broke"))
    })
}

/// Passes deliveries on, one after the other, and tells what their receiver answered.
pub(super) async fn all(to: Url, client: Client, mut deliveries: mpsc::Receiver<Delivery>, ui: Ui) {
    while let Some(delivery) = deliveries.recv().await {
        let id = delivery.event.escalation_id.clone();
        let began = Instant::now();
        match status(request(&to, &client, delivery), &to).await {
            Ok(status @ 200..300) => {
                ui.remark(&format!("  {id} → {status} in {}ms", began.elapsed().as_millis()))
            }
            Ok(status) => ui.notice(&Notice::warning(format!("{id}: {} answered {status}", shown(&to)))),
            Err(error) => ui.notice(&Notice::warning(format!("{id} was not passed on: {error}"))),
        }
    }
}

fn request(to: &Url, client: &Client, delivery: Delivery) -> RequestBuilder {
    let content_type = delivery.content_type.unwrap_or(HeaderValue::from_static("application/json"));
    client
        .post(to.clone())
        .header(CONTENT_TYPE, content_type)
        .header(SIGNATURE_HEADER, delivery.signature)
        .body(delivery.body)
}
