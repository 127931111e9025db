//! The trail of who did what.

pub(crate) mod list;
