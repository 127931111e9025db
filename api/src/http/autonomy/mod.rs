//! Autonomy: what the policy in force does in every mode, at every risk.

pub(crate) mod show;
