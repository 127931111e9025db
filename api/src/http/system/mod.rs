//! The server itself. Everything here is public.

pub(crate) mod health;
pub(crate) mod index;
pub(crate) mod openapi;
pub(crate) mod ready;
pub(crate) mod version;
