//! What is told, to whom, and how reliably.

mod types;
pub(crate) mod webhooks;
