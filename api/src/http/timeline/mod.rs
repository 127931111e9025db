//! What happened in a conversation, for people.

pub(crate) mod list;
