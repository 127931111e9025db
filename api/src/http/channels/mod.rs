//! Channels: connected accounts.

pub(crate) mod activate;
pub(crate) mod change;
pub(crate) mod connect;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod disable;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod list;
pub(crate) mod provider;
pub(crate) mod providers;
pub(crate) mod rotate;
pub(crate) mod warmup;
