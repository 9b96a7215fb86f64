//! Bringing exports to a knowledge base and keeping it their mirror, so that no document is lost, doubled or
//! wrongly deleted.
//!
//! [`open`] claims the state file, [`Opened::read`] takes in the export, [`Reading::prepare`] surveys the
//! knowledge base and plans, [`Prepared::apply`] carries the plan out. What is decided is decided by pure
//! functions (`planner`, `guard`, `doubt`, `adopt`, `coverage`, and `state` and `journal` for what is kept on
//! disk); `apply` and `make` alone write to the knowledge base. Nothing here prints or knows of the command
//! line.

#![allow(missing_docs, unreachable_pub, clippy::len_without_is_empty)] // until the crate has its public face

mod adopt;
mod apply;
mod coverage;
#[cfg(test)]
mod crash_tests;
mod digest;
mod disk;
mod doubt;
#[cfg(test)]
mod doubt_tests;
mod entry;
mod guard;
mod halt;
mod intake;
mod journal;
mod kb;
mod ledger;
mod make;
mod meter;
mod open;
mod plan;
#[cfg(test)]
mod plan_laws;
mod planner;
mod prepare;
mod report;
mod settle;
mod spool;
mod state;
mod store;
#[cfg(test)]
mod store_tests;
mod survey;
#[cfg(test)]
mod test_world;
mod turns;
mod words;

pub use apply::Pace;
pub use disk::{Caveat, Caveats};
pub use entry::Entry;
pub use guard::{MaxDelete, Refusal};
pub use halt::{Halt, Reason};
pub use kb::{Kb, Trouble};
pub use meter::{Meter, Window, unless_asleep};
pub use open::{Access, OpenError, Opened, forget, open, peek};
pub use plan::{Action, Mode, Plan, Task};
pub use prepare::{Orders, Prepared, Reading, ReadingError};
pub use report::Report;
pub use state::State;
