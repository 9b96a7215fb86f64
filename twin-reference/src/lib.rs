//! Runs the Twin API as a local server, for offline tests and development: keys, limits, a knowledge base
//! that answers, escalations and signed webhooks.
//!
//! The crate is written from the API reference and shares no code with the client, so that each tests the
//! other. Point any client of the Twin API to [`Running::url`], with [`Running::key`].
//!
//! # A test in a line
//! ```
//! use serde_json::{Value, json};
//! use twin_reference::{Fault, Reference, Seed};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let _ = rustls::crypto::ring::default_provider().install_default();
//! let policy = Seed::new("Leave policy", "Everyone has 25 days of paid leave a year.").of_type("policy");
//! let twin = Reference::new().document(policy).start().await?;
//!
//! // What your program does, here without the SDK:
//! let http = reqwest::Client::new();
//! let ask = || {
//!     let question = json!({ "message": "How many days of leave do we have?" });
//!     http.post(format!("{}/v1/twin", twin.url())).bearer_auth(twin.key()).json(&question).send()
//! };
//! let answer: Value = ask().await?.json().await?;
//! assert_eq!(answer["response"], "Everyone has 25 days of paid leave a year.");
//! assert_eq!(answer["sources"], json!(["Leave policy"]));
//!
//! // What happens when the API asks you to wait?
//! twin.fault(Fault::rate_limited(30));
//! let refused = ask().await?;
//! assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"30".parse()?));
//!
//! // And what did it receive?
//! assert_eq!(twin.received().len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # Two doors
//! - [`Reference::start`] (feature `wiremock`) is for tests: over a [wiremock](https://docs.rs/wiremock) server, on which you can mount
//!   mocks of your own ([`Running::mock_server`]). It takes one request at a time and keeps a copy of each.
//! - [`Reference::serve`] (feature `serve`) is for what runs long or must start fast: over hyper, with memory
//!   that grows with the knowledge base alone. An empty twin in memory opens in about a millisecond; 10,000 pages of 2 kB given to
//!   [`Reference::documents`] take about two seconds.
//!
//! Both features are on by default. Both doors do the same with every request.
//!
//! # What it does where the API reference is silent
//! - `404` for what does not exist, `405` with `Allow` for a wrong method, `400` for a body over 1 MiB.
//! - Characters are counted as JavaScript does, in UTF-16 units. `null` is as good as absent.
//! - A request is checked in this order: key (401), rate limit (429), path (404), onboarding (422), plan
//!   (403), method (405), fields (400), monthly limit (402).
//! - Rate-limit windows are fixed and begin at the multiples of their length since 1970. A request refused
//!   with 429 does not count, any other of an accepted key does. A caller without one is told of a full window.
//! - Months are calendar months in UTC.
//! - Listings are newest first; `total` counts all that match.
//! - `GET /` and `GET /openapi.yaml` say without a key what the server is and what the API looks like.
//! - In memory it keeps the newest 100,000 escalations, and as many webhooks still to deliver; in a file all.
//!
//! # How it answers
//! It extracts and does not invent: the answer is made of sentences of the documents as they stand, and `sources` are
//! their titles, best first. Passages are found by full text (SQLite FTS5) and by word vectors, a table of 3 MB that
//! is part of the crate. The confidence is a logistic function of a few features that was fitted to questions over
//! handbooks: how close question and passage are, how much of the question the document has, and what is named in it
//! that stands nowhere. Below the threshold (0.5) the question is escalated, and so are, however sure the answer,
//! requests for approval, commitments, decisions and somebody's time, and sums above what the documents allow.
//! The vectors are English; other languages have what full text gives them. [`Reference::answers_by`] has answers
//! worded by a language model of yours.

#[cfg(not(any(feature = "wiremock", feature = "serve")))]
compile_error!("twin-reference has no door: enable the feature `wiremock`, `serve` or both");

mod about;
mod answer;
mod clock;
#[cfg_attr(not(feature = "serve"), allow(dead_code, reason = "only the hyper door can wait for a model"))]
mod compose;
#[cfg(feature = "serve")]
mod connections;
mod delivery;
mod fault;
#[cfg(feature = "serve")]
mod hosts;
mod message;
mod observe;
mod outbound;
mod quota;
mod received;
mod reference;
mod routes;
mod running;
mod seed;
#[cfg(feature = "serve")]
mod serve;
mod store;
mod twin;
#[cfg(feature = "wiremock")]
mod wiremock;
mod worker;

pub use clock::{Clock, ManualClock, SystemClock};
pub use fault::{Fault, InvalidFault};
pub use observe::Handled;
pub use received::Received;
pub use reference::{DEFAULT_KEY, Feature, Reference, StartError};
pub use running::{Running, SeedError};
pub use seed::Seed;
