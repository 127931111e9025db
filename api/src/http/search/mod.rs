//! Search.

pub(crate) mod find;
