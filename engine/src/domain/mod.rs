//! Plain data that every layer shares. Nothing here waits, reads a clock or talks to a store.

mod channel;
pub mod id;
mod stage;

pub use channel::{ChannelKind, UnknownChannelKind};
pub use id::{DEFAULT_WORKSPACE, IdKind, encode};
pub use stage::{ActionReason, ClosedReason, ErrorClass, Gate, JobState, Stage, UnknownWord};
