//! The policy as plain prose for auditors.

pub(crate) mod words;
