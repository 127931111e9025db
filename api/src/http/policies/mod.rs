//! Policies: what decides.

pub(crate) mod active;
