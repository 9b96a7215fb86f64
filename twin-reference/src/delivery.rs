//! Signed webhook delivery: at least once, three tries, off the request's path.
//!
//! The queue is a table of the store, written together with the escalation. What a crash leaves there is
//! delivered after the next start.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::CONTENT_TYPE;
use sha2::Sha256;
use tokio::sync::{Notify, OnceCell, watch};
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

use crate::outbound;
use crate::worker::Worker;

/// The waits between the three tries.
pub(crate) const BACKOFF: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];
/// The longest one try may take.
const TRY_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest a shutdown waits for the tries in flight.
const LAST_TRIES: Duration = Duration::from_secs(1);
/// The most deliveries under way at once; further ones wait in the store.
const AT_ONCE: usize = 16;

/// Where escalations are told to, and under which secret.
pub(crate) struct Webhook {
    url: Url,
    secret: Vec<u8>,
}

impl Webhook {
    pub(crate) fn new(url: &str, secret: &str) -> Result<Self, String> {
        Ok(Self { url: outbound::parse(url)?, secret: secret.as_bytes().to_vec() })
    }

    /// The value of `Twin-Signature` for a body.
    fn sign(&self, body: &[u8]) -> String {
        let tag = Hmac::<Sha256>::new_from_slice(&self.secret).map(|mac| mac.chain_update(body).finalize());
        // An HMAC takes a key of any length, so there always is a tag.
        tag.map(|tag| format!("sha256={}", hex::encode(tag.into_bytes()))).unwrap_or_default()
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        f.debug_struct("Webhook").field("host", &host).field("secret", &"…").finish()
    }
}

/// The task that delivers.
#[derive(Debug)]
pub(crate) struct Courier {
    worker: Worker,
    closing: watch::Sender<bool>,
    /// Changes whenever a delivery is made or given up.
    settled: watch::Receiver<()>,
    task: JoinHandle<()>,
}

impl Courier {
    /// Starts delivering what is in the twin's queue, and what `notify` says has come into it.
    pub(crate) fn start(
        worker: Worker,
        webhook: Webhook,
        backoff: Vec<Duration>,
        notify: Arc<Notify>,
    ) -> Self {
        let (closing, closed) = watch::channel(false);
        let (settling, settled) = watch::channel(());
        let round =
            Round { worker: worker.clone(), webhook, backoff, closed, settling, client: OnceCell::new() };
        let task = tokio::spawn(Arc::new(round).run(notify));
        Self { worker, closing, settled, task }
    }

    /// Waits until every delivery is made or given up.
    pub(crate) async fn settled(&self) {
        let mut settled = self.settled.clone();
        loop {
            settled.mark_unchanged();
            let waiting = self.worker.run(|twin| twin.store.deliveries_waiting().unwrap_or_default()).await;
            if waiting.unwrap_or_default() == 0 || settled.changed().await.is_err() {
                return;
            }
        }
    }

    /// Finishes the tries in flight, unless they take long. What was not delivered stays in the store.
    pub(crate) async fn close(self) {
        self.closing.send_replace(true);
        let mut task = self.task;
        if tokio::time::timeout(LAST_TRIES, &mut task).await.is_err() {
            task.abort();
        }
    }
}

/// What every delivery needs.
struct Round {
    worker: Worker,
    webhook: Webhook,
    backoff: Vec<Duration>,
    closed: watch::Receiver<bool>,
    settling: watch::Sender<()>,
    /// Made for the first delivery: a twin that escalates nothing does not pay for it.
    client: OnceCell<Option<reqwest::Client>>,
}

impl Round {
    async fn run(self: Arc<Self>, notify: Arc<Notify>) {
        let mut closed = self.closed.clone();
        let mut under_way = JoinSet::new();
        let mut last = 0;
        loop {
            let (past, room) = (last, AT_ONCE.saturating_sub(under_way.len()));
            let batch = self.worker.run(move |twin| twin.store.deliveries(past, room).unwrap_or_default());
            let Ok(batch) = batch.await else { break };
            for (seq, body) in batch {
                last = seq;
                under_way.spawn(self.clone().deliver(seq, body));
            }
            tokio::select! {
                _ = closed.wait_for(|closed| *closed) => break,
                () = notify.notified() => {}
                Some(_) = under_way.join_next() => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Tries until a 2xx comes back or the tries are used up, then takes the body out of the queue.
    async fn deliver(self: Arc<Self>, seq: i64, body: String) {
        let mut closed = self.closed.clone();
        let mut waits = self.backoff.iter();
        while !self.try_once(&body).await {
            let Some(wait) = waits.next() else { break };
            tokio::select! {
                _ = closed.wait_for(|closed| *closed) => return,
                () = tokio::time::sleep(*wait) => {}
            }
        }
        // Where this fails the body is delivered again after the next start: at least once.
        let _ = self.worker.run(move |twin| twin.store.delivery_done(seq)).await;
        self.settling.send_replace(());
    }

    async fn try_once(&self, body: &str) -> bool {
        let client = self.client.get_or_init(async || outbound::client(&self.webhook.url, TRY_TIMEOUT)).await;
        let Some(client) = client else { return false };
        let request = client
            .post(self.webhook.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("Twin-Signature", self.webhook.sign(body.as_bytes()))
            .body(body.to_owned());
        request.send().await.is_ok_and(|response| response.status().is_success())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_hmac_of_the_raw_body() {
        let webhook = Webhook::new("http://127.0.0.1:1/hook", "whsec").unwrap();
        // printf '{"a":1}' | openssl dgst -sha256 -hmac whsec
        assert_eq!(
            webhook.sign(b"{\"a\":1}"),
            "sha256=19373ef0e8c66f206e49d251e4402291615bbce6ef00922e94a47a213fb76ee1"
        );
    }

    #[test]
    fn the_secret_is_not_in_what_debug_shows() {
        let webhook = Webhook::new("http://127.0.0.1:1/hook?token=t0ken", "s3cret").unwrap();
        let shown = format!("{webhook:?}");
        assert!(!shown.contains("s3cret") && !shown.contains("t0ken"), "{shown}");
    }
}
