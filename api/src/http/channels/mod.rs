//! Channels: connected accounts.

pub(crate) mod activate;
pub(crate) mod disable;
pub(crate) mod list;
pub(crate) mod warmup;
