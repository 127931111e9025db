//! Moves one message durably through classify, draft, gate and send.

pub mod classify;
pub mod domain;
pub mod draft;
pub mod ports;
