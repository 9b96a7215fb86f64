//! How a reference twin is started: its data opened on its thread, what surrounds it made ready.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;

use super::{DEFAULT_KEY, Reference};
use crate::answer::Gate;
use crate::compose::Composer;
use crate::delivery::{self, Webhook};
use crate::quota::Quota;
use crate::received::Recorder;
use crate::running::{Door, Running};
use crate::seed::Seed;
use crate::store::{self, Store};
use crate::twin::{Lab, Rules, Twin};
use crate::worker::Worker;

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data could not be opened, or the seeds could not be stored.
    #[error("cannot open the twin's data{}: {reason}", in_file(.path))]
    Data {
        /// The file, where it is not in memory.
        path: Option<PathBuf>,
        /// What SQLite or the system said.
        reason: String,
    },
    /// The server could not listen on the address.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The webhook's URL cannot be used.
    #[error("the webhook's URL cannot be used: {0}")]
    Webhook(String),
    /// The language model's URL cannot be used.
    #[error("the URL of the language model cannot be used: {0}")]
    Model(String),
    /// A thread could not be started.
    #[error("cannot start the twin's thread: {0}")]
    Thread(std::io::Error),
}

fn in_file(path: &Option<PathBuf>) -> String {
    path.as_ref().map(|path| format!(" in {}", path.display())).unwrap_or_default()
}

impl Reference {
    /// Opens the twin on its thread, with its seeds in, and no door yet.
    pub(super) async fn open(self) -> Result<Opened, StartError> {
        let webhook = self.webhook.map(|(url, secret)| Webhook::new(&url, &secret)).transpose();
        let webhook = webhook.map_err(StartError::Webhook)?;
        let composer = self
            .model
            .map(|(url, model, timeout)| Composer::new(&url, &model, self.model_key.as_deref(), timeout));
        let composer = composer.transpose().map_err(StartError::Model)?.map(Arc::new);
        let keys = if self.keys.is_empty() { vec![DEFAULT_KEY.to_owned()] } else { self.keys };
        let key = keys.first().cloned().unwrap_or_default();
        let lab = Arc::new(Lab { recorder: self.record.then(Recorder::default), ..Lab::default() });
        let delivery = Arc::new(Notify::new());
        let (lab_for_twin, delivery_for_twin) = (lab.clone(), delivery.clone());
        let rules = Rules {
            monthly_limit: self.monthly_limit,
            gate: Gate {
                threshold: if self.threshold.is_nan() { 0.5 } else { self.threshold },
                attended: self.attended,
            },
            composes: composer.is_some(),
            lacks: self.lacks,
            onboarded: self.onboarded,
            has_webhook: webhook.is_some(),
            keys,
        };
        let quota = Quota::new(self.limit, self.window, rules.keys.len());
        let (clock, seeds, data) = (self.clock, self.seeds, self.data);
        let (observer, recipient) = (self.observer, self.recipient);
        for fault in self.faults {
            lab.faults.add(fault);
        }
        let open = move || {
            let store = data.open().and_then(|store| filled(store, seeds, clock.now()));
            let store =
                store.map_err(|error| StartError::Data { path: data.path(), reason: error.to_string() })?;
            Ok(Twin {
                rules,
                store,
                quota,
                clock,
                lab: lab_for_twin,
                observer,
                recipient,
                delivery: delivery_for_twin,
            })
        };
        let worker = Worker::start(open).await?;
        Ok(Opened { worker, composer, lab, key, webhook, backoff: self.backoff, delivery })
    }
}

/// What a twin starts from.
pub(crate) enum Data {
    Memory,
    File(PathBuf),
    Image(Vec<u8>),
}

impl Data {
    pub(crate) fn path(&self) -> Option<PathBuf> {
        if let Self::File(path) = self { Some(path.clone()) } else { None }
    }

    fn open(&self) -> store::Result<Store> {
        match self {
            Self::Memory => Store::open(None),
            Self::File(path) => Store::open(Some(path)),
            Self::Image(image) => Store::of_image(image),
        }
    }
}

/// The store with the seeds in.
fn filled(mut store: Store, seeds: Vec<Seed>, now: Timestamp) -> store::Result<Store> {
    if !seeds.is_empty() {
        store.add_documents(seeds, now)?;
    }
    Ok(store)
}

/// A twin that is open but has no door yet.
pub(super) struct Opened {
    pub(super) worker: Worker,
    #[cfg_attr(
        not(feature = "serve"),
        allow(dead_code, reason = "only the hyper door can wait for a model")
    )]
    pub(super) composer: Option<Arc<Composer>>,
    lab: Arc<Lab>,
    key: String,
    webhook: Option<Webhook>,
    backoff: Vec<Duration>,
    delivery: Arc<Notify>,
}

impl Opened {
    pub(super) fn behind(self, door: Door) -> Running {
        let courier = self.webhook.map(|webhook| {
            delivery::Courier::start(self.worker.clone(), webhook, self.backoff, self.delivery)
        });
        Running::new(self.worker, self.lab, self.key, door, courier)
    }
}
