//! Everything about a contact, or everything there is, as JSON lines.

pub(crate) mod all;
pub(crate) mod contact;
mod lines;
