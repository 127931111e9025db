//! Replay: recorded decisions decided again under a candidate, and what would have been otherwise.
//!
//! Recorded facts + candidate → verdict, compared with the recorded verdict. Nothing is guessed: a fact that the candidate
//! reads and that was not recorded is worked out again from the stored texts (a detector, a script), or the decision is
//! *not replayable* and counted as such, with the reason.
//!
//! Facts that depend on what was sent before (used-up limits, messages in a thread) are taken twice: as they were
//! recorded, and counted anew under the candidate ([`counting`]). Both are told apart in the [`Report`].

pub mod block;
pub mod counting;
pub mod judge;
mod pack;
pub mod report;
mod row;
pub mod traffic;

pub use block::{Block, Names, Unreadable};
pub use judge::{Judge, Texts};
pub use pack::{Recorded, pack, route_text, rules_text};
pub use report::{Change, Counts, Example, Report};
pub use traffic::{Traffic, TrafficCounts};
