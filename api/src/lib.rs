//! HTTP API, command line and the `remit` binary.

pub mod http;
