//! A run before it starts: its knowledge base, state file and options.

use std::path::PathBuf;

use super::cancellation::Cancellation;
use super::documents::Documents;
use super::error::Error;
use super::kb::Kb;
use super::meter::Meter;
use super::open::{Access, open};
use super::options::{MaxDelete, Mode, Options};
use super::plan::Plan;
use twin_export::Document;
use twin_sdk::Twin;

/// Mirrors documents in a knowledge base.
///
/// See the [crate documentation](crate) for an example.
#[derive(Debug, Clone)]
pub struct Sync {
    twin: Twin,
    knowledge_base: String,
    state: PathBuf,
    options: Options,
    cancellation: Cancellation,
    meter: Meter,
}

impl Sync {
    /// Creates a run on the knowledge base of `twin`.
    pub fn new(twin: &Twin) -> Self {
        Self {
            twin: twin.clone(),
            knowledge_base: twin.base_url().trim_end_matches('/').to_owned(),
            state: "twin-kb.lock.json".into(),
            options: Options::default(),
            cancellation: Cancellation::default(),
            meter: Meter::start(),
        }
    }

    /// Sets the path of the state file, `twin-kb.lock.json` by default. Keep the file between runs.
    #[must_use]
    pub fn state(mut self, path: impl Into<PathBuf>) -> Self {
        self.state = path.into();
        self
    }

    /// Sets the name of the knowledge base in the state file, by default the base URL of the client. A state
    /// file with another name is refused.
    #[must_use]
    pub fn knowledge_base(mut self, name: impl Into<String>) -> Self {
        self.knowledge_base = name.into();
        self
    }

    /// Deletes documents that are gone, up to a maximum number.
    #[must_use]
    pub fn prune(mut self, most: MaxDelete) -> Self {
        (self.options.mode, self.options.max_delete) = (Mode::Sync { prune: true }, most);
        self
    }

    /// Sets all options at once.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Sets the cancellation of the run.
    #[must_use]
    pub fn cancellation(mut self, cancellation: &Cancellation) -> Self {
        self.cancellation = cancellation.clone();
        self
    }

    /// Sets the meter that the client reports to; see [`Meter`].
    #[must_use]
    pub fn meter(mut self, meter: &Meter) -> Self {
        self.meter = meter.clone();
        self
    }

    /// Locks the state file, and takes documents one by one. Changes that a killed run left in the journal
    /// are moved to the state file first.
    ///
    /// # Errors
    /// If the state file cannot be opened.
    pub fn open(self) -> Result<Documents, Error> {
        let access = Access { only_look: self.options.dry_run, no_lock: self.options.no_lock };
        let opened = open(&self.state, &self.knowledge_base, access)?;
        let kb = Kb::new(self.twin, self.meter, self.cancellation, self.options.requests_per_minute);
        Ok(Documents::new(self.options, kb, opened))
    }

    /// Creates a plan to mirror these documents. A known document that is not among them is gone.
    ///
    /// # Errors
    /// If the state file cannot be opened, a request failed, or the run was stopped.
    pub async fn plan(self, documents: impl IntoIterator<Item = Document>) -> Result<Plan, Error> {
        let mut taken = self.open()?;
        for document in documents {
            taken.add(document).map_err(Error::Documents)?;
        }
        taken.covers("", true);
        taken.plan().await
    }
}
