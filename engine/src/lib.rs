//! Moves one message durably through classify, draft, gate and send.

pub mod adapters;
mod care;
pub mod classify;
pub mod clock;
pub mod decide;
pub mod domain;
pub mod draft;
pub mod egress;
pub mod engine;
pub mod events;
pub mod explain;
pub mod failpoint;
pub mod jobs;
pub mod language;
pub mod ledger;
pub mod mail;
pub mod metrics;
pub mod models;
pub mod options;
mod overload;
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
mod sweeper;
mod timers;
pub mod webhooks;

pub use engine::{Engine, EngineError, Parts};
pub use options::Options;
