//! Mirrors a set of documents in a knowledge base of [Twin](twin_sdk), so that none is lost, duplicated or
//! wrongly deleted, even if the network, the disk or the process fails at any point.
//!
//! ```no_run
//! use twin_sdk::Twin;
//! use twin_sync::{Document, MaxDelete, Sync};
//!
//! # async fn run(documents: Vec<Document>) -> Result<(), Box<dyn std::error::Error>> {
//! let twin = Twin::from_env()?;
//! let plan = Sync::new(&twin).state("kb.lock.json").prune(MaxDelete::Percent(10)).plan(documents).await?;
//! println!("{plan}");
//! let report = plan.apply(&()).await?;
//! println!("{} created, {} failed", report.created, report.failed.len());
//! # Ok(())
//! # }
//! ```
//!
//! A document is identified by its [key](Document::key), never by its title. The *state file* records which
//! documents of the knowledge base belong to each key; only those are ever replaced or deleted. During a run,
//! a *journal* next to it is synced to disk before and after every write, so that the next run completes what
//! a killed run started.
//!
//! [`Sync::plan`] takes all documents at once. [`Sync::open`] takes them one by one, and lets you state what
//! they cover. A [`Plan`] describes the work, and why it may be refused, before the first write.
//! [`Plan::apply`] applies it, until the end or until a [`Cancellation`] stops it. Requests are paced by the
//! client: build it with [`Pacing::Window`](twin_sdk::Pacing::Window) and without a deadline.
//!
//! # What decides a deletion
//!
//! `planner` compares, `coverage` decides what is gone, and `guard` refuses. All three are pure functions of
//! the state, the documents and the listing. Only `worker`, `make` and `apply` write to the knowledge base.

#![deny(missing_docs)]

mod adopt;
mod apply;
mod cancellation;
mod coverage;
#[cfg(test)]
mod crash_tests;
mod digest;
mod disk;
mod documents;
mod doubt;
#[cfg(test)]
mod doubt_tests;
mod entry;
mod error;
mod guard;
mod intake;
mod journal;
mod kb;
mod keyed_mutex;
mod ledger;
mod make;
mod meter;
mod observer;
mod open;
mod options;
mod plan;
#[cfg(test)]
mod plan_laws;
mod planner;
mod report;
mod settle;
mod source;
mod spool;
mod state;
mod status;
mod steps;
mod store;
#[cfg(test)]
mod store_tests;
mod survey;
mod sync;
#[cfg(test)]
mod test_world;
mod words;
mod worker;

pub use cancellation::{Cancellation, StopReason};
pub use disk::{Limitation, Limitations};
pub use documents::Documents;
pub use entry::{Doubt, Entry, Next};
pub use error::Error;
pub use guard::Refusal;
pub use journal::JournalError;
pub use meter::{Figures, Meter, Window, unless_asleep};
pub use observer::Observer;
pub use open::{OpenError, read_state, remove_entries};
pub use options::{MaxDelete, Mode, Options};
pub use plan::Plan;
pub use report::{Failed, NearDuplicates, Remark, Report, Skipped, Step};
pub use state::{State, StateError};
pub use steps::{Action, Task, Unresolved};
pub use sync::Sync;
pub use twin_export::{Document, DocumentType};
