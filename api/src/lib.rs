//! HTTP API, command line and the `remit` binary.

pub mod cli;
mod demo;
pub mod http;
pub mod sim;
