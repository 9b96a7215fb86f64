//! Tests of a Twin's answers: questions and their expected answers.
//!
//! A [`Suite`] is read from eval files ([`Suite::open`]) or built in code. An [`Eval`] asks its questions and
//! returns a [`Report`]. This crate prints nothing. It is the engine of `twin eval`, and lets Rust programs
//! test a knowledge base with `cargo test`:
//!
//! ```
//! use twin_eval::{Case, Eval, Suite};
//! use twin_sdk::{ApiKey, Twin};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let policy = "Under $50 no pre-approval needed. $50–$500 requires manager email approval before purchase.";
//! # let policy = twin_reference::Seed::new("Expense policy", policy);
//! # let reference = twin_reference::Reference::new().document(policy).start().await?;
//! # let twin = Twin::builder(ApiKey::new(reference.key())?).base_url(reference.url()).build()?;
//! let suite = Suite::new([
//!     Case::new("What is the expense policy for a $200 tool?").source("Expense policy").contains("manager"),
//!     Case::new("Can you approve the $15k contract with Acme?").escalates(true),
//! ]);
//! let report = Eval::new(&twin).run(&suite).await;
//! assert!(report.holds(), "{report}");
//! # Ok(())
//! # }
//! ```
//!
//! - Every check is deterministic ([`check`]): no model judges another.
//! - A question is asked once, however many cases share it; a [`Cache`] keeps answers across runs, each written as
//!   soon as it is known, so that a run that was cut short goes on where it was.
//! - A case that fails and then holds is [`Status::Flaky`], which is not passed.
//! - A [`Baseline`] accepts what fails today and tells what got worse.
//! - Reports are text, [JUnit](Report::to_junit), [Markdown](Report::to_markdown) and, by `serde`, JSON.
//!
//! It is separate from `twin-sdk` because a client of the API needs neither YAML nor regular expressions.

mod ask;
mod baseline;
mod cache;
mod case;
mod check;
mod fields;
mod junit;
mod kb;
mod markdown;
mod node;
mod plain;
mod propose;
mod read;
mod report;
mod run;

pub use ask::{ASKED_BY, Asked, Asker};
pub use baseline::{Baseline, Regression};
pub use cache::Cache;
pub use case::{Case, Expect, Place, Suite, slug};
pub use check::{Mismatch, check};
pub use kb::{KnowledgeBase, fingerprint};
pub use propose::{number_ids, propose, to_yaml};
pub use read::{Format, Mistake, ReadError};
pub use report::{Attempt, Ended, Outcome, Report, Status};
pub use run::{Eval, Progress};
