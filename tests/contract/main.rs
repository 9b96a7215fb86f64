//! The SDK over real HTTP: against servers that misbehave, and against the reference.

mod endpoints;
mod eval;
mod oddities;
mod openapi;
mod payloads;
mod retries;
mod secrets;
mod transport;
mod webhooks;
mod whose;
