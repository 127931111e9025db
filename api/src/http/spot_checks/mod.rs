//! Spot checks: answers that left on their own, looked at by people who do not see what the AI took the message for.

pub(crate) mod answer;
pub(crate) mod list;
