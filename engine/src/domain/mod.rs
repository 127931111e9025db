//! Plain data that every layer shares. Nothing here waits, reads a clock or talks to a store.

mod channel;

pub use channel::{ChannelKind, UnknownChannelKind};
