//! What the tests share: a server that misbehaves on purpose, and a clock that does not wait.

mod clock;
mod proxy;
mod script;

pub use clock::TestClock;
pub use proxy::{Damage, Spoil, Way, spoiling_proxy};
pub use script::{Reply, ScriptedServer};
