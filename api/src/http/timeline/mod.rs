//! What happened in a conversation, for people.

pub(crate) mod contact;
pub(crate) mod linkedin;
pub(crate) mod list;
pub(crate) mod record;
