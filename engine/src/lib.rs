//! Moves one message durably through classify, draft, gate and send.

pub mod adapters;
pub mod domain;
pub mod mail;
pub mod ports;
