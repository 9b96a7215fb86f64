//! Bringing exports to a knowledge base and keeping it their mirror, so that no document is lost, doubled or
//! wrongly deleted.
//!
//! [`open`] claims the state file, [`Opened::read`] takes in the export, [`Reading::prepare`] surveys the
//! knowledge base and plans, [`Prepared::apply`] carries the plan out. What is decided is decided by pure
//! functions (`planner`, `guard`, `doubt`, `adopt`, `coverage`, and `state` and `journal` for what is kept on
//! disk); `apply` and `make` alone write to the knowledge base. Nothing here prints or knows of the command
//! line.

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
mod survey;
#[cfg(test)]
mod test_world;
mod turns;

pub(crate) use apply::Pace;
pub(crate) use disk::replace;
pub(crate) use entry::Entry;
pub(crate) use guard::{MaxDelete, Refusal};
pub(crate) use halt::{Halt, Reason};
pub(crate) use kb::{Kb, Trouble};
pub(crate) use meter::Meter;
pub(crate) use open::{OpenError, Opened, forget, open, peek};
pub(crate) use plan::{Action, Mode, Plan, Task};
pub(crate) use prepare::{Orders, Prepared, Reading, ReadingError};
pub(crate) use report::Report;
pub(crate) use state::State;
