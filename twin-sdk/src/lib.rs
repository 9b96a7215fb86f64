//! Typed async client of the Twin API.

mod kb;
mod open_enum;

pub use kb::DocumentType;
