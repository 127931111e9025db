//! What crosses crates, on both databases. One binary, laid out like the engine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a test fails at what it did not expect; which of these a database's half needs varies"
)]

mod cases;
mod cli;
mod crash;
mod docs;
mod events;
mod flow;
mod mails;
mod property;
mod reordered;
mod scenarios;
mod servers;
mod smtp;
mod store;
mod threads;
mod tidy;
