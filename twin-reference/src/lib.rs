//! The Twin API as a small real server.

#[cfg(not(any(feature = "wiremock", feature = "serve")))]
compile_error!("twin-reference has no door: enable the feature `wiremock`, `serve` or both");

mod answer;
mod clock;
mod delivery;
mod fault;
mod message;
mod observe;
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
pub use fault::Fault;
pub use observe::Handled;
pub use received::Received;
pub use reference::{DEFAULT_KEY, Feature, Reference, StartError};
pub use running::{Running, SeedError};
pub use seed::Seed;
