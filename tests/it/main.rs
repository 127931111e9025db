//! What crosses crates, on both databases. One binary, laid out like the engine.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails at what it did not expect")]

mod cli;
mod crash;
mod docs;
mod flow;
mod mails;
mod store;
mod tidy;
