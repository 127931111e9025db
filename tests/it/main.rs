//! What crosses crates, on both databases. One binary, laid out like the engine.

mod cli;
mod flow;
mod store;
