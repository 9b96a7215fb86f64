//! What the tests share: a server that misbehaves on purpose, and a clock that does not wait.

mod clock;
mod script;

pub use clock::TestClock;
pub use script::{Reply, ScriptedServer};
