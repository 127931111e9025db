//! What happened in a conversation, for people.

pub(crate) mod linkedin;
pub(crate) mod list;
