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

/// Where webhooks are sent, and how, by the global flags.
#[derive(Debug)]
pub(super) struct Target {
    url: Url,
    client: Client,
    timeout: Duration,
}

impl Target {
    pub(super) fn new(url: Url, context: &Context) -> Result<Self, CliError> {
        let client = context.transport()?.client_for(&url)?;
        Ok(Self { url, client, timeout: context.attempt_timeout() })
    }

    /// The address as it may be shown.
    pub(super) fn shown(&self) -> String {
        shown(&self.url)
    }

    /// A request to send to it.
    pub(super) fn post(&self) -> RequestBuilder {
        let agent = concat!("twin-cli/", env!("CARGO_PKG_VERSION"));
        self.client.post(self.url.clone()).header("User-Agent", agent).timeout(self.timeout)
    }

    /// The status it answers with.
    pub(super) async fn status(&self, request: RequestBuilder) -> Result<u16, CliError> {
        let error = match request.send().await {
            Ok(response) => return Ok(response.status().as_u16()),
            Err(error) => error.without_url(),
        };
        let url = self.shown();
        Err(if error.is_timeout() {
            CliError::new(Code::Timeout, format!("{url} did not answer in time"))
        } else if error.is_connect() {
            CliError::new(Code::Network, format!("{url} cannot be reached"))
                .hint("is something listening there?")
        } else {
            CliError::new(Code::Network, format!("the connection to {url} broke"))
        })
    }
}

/// Passes deliveries on, one after the other, and tells what their receiver answered.
pub(super) async fn all(target: Target, mut deliveries: mpsc::Receiver<Delivery>, ui: Ui) {
    while let Some(delivery) = deliveries.recv().await {
        let id = delivery.event.escalation_id.clone();
        let began = Instant::now();
        match target.status(passing_on(delivery, &target)).await {
            Ok(status @ 200..300) => {
                ui.remark(&format!("  {id} → {status} in {}ms", began.elapsed().as_millis()))
            }
            Ok(status) => ui.notice(&Notice::warning(format!("{id}: {} answered {status}", target.shown()))),
            Err(error) => ui.notice(&Notice::warning(format!("{id} was not passed on: {error}"))),
        }
    }
}

fn passing_on(delivery: Delivery, target: &Target) -> RequestBuilder {
    let content_type = delivery.content_type.unwrap_or(HeaderValue::from_static("application/json"));
    target
        .post()
        .header(CONTENT_TYPE, content_type)
        .header(SIGNATURE_HEADER, delivery.signature)
        .body(delivery.body)
}
