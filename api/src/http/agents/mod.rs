//! AI agents: who answers where, as the policy in force declares.

pub(crate) mod list;
pub(crate) mod set;
