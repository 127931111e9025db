//! Moves one message durably through classify, draft, gate and send.

pub mod adapters;
pub mod classify;
pub mod clock;
pub mod decide;
pub mod domain;
pub mod draft;
pub mod engine;
pub mod explain;
pub mod failpoint;
pub mod language;
pub mod ledger;
pub mod mail;
pub mod models;
mod people;
pub mod policies;
pub mod ports;
pub mod publish;
mod queue;
pub mod replay;
pub mod replies;
pub mod simulate;
mod stages;
pub mod stop;
pub mod store;
mod timers;

pub use engine::{Engine, EngineError, Parts};
