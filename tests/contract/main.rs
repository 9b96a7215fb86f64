//! The SDK over real HTTP: against servers that misbehave, and against the reference.

mod endpoints;
mod payloads;
mod retries;
mod secrets;
mod transport;
mod webhooks;
mod whose;
