//! What crosses crates, on both databases. One binary, laid out like the engine.

mod flow;
mod store;
