//! HTTP API, command line and the `remit` binary.

pub mod cli;
pub mod http;
pub mod sim;
