//! What crosses crates, on both databases. One binary, laid out like the engine.

mod cli;
mod crash;
mod docs;
mod flow;
mod mails;
mod store;
mod tidy;
