//! Office files say in the text what they show: the files of `fixtures/office/signs`, made by `fixtures/build/signs.py`,
//! and documents put together at random.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod dump;
mod parts;
mod random;
mod signs;
