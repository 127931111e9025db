//! Moves one message durably through classify, draft, gate and send.

pub mod adapters;
pub mod classify;
pub mod clock;
pub mod decide;
pub mod domain;
pub mod draft;
pub mod egress;
pub mod engine;
pub mod events;
pub mod failpoint;
pub mod language;
pub mod ledger;
pub mod mail;
pub mod models;
mod people;
pub mod policies;
pub mod ports;
mod queue;
pub mod replies;
mod stages;
pub mod stop;
pub mod store;
mod timers;
pub mod webhooks;

pub use engine::{Engine, EngineError, Parts};
