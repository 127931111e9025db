//! Channels: connected accounts.

pub(crate) mod list;
