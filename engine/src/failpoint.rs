//! Places where a process may die, by name, so that a test can make it die there.
//!
//! Disarmed, which is always so in the product, a point costs one load.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// A place where a process may die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailPoint {
    /// A group of changes is about to be committed.
    CommitBefore,
    /// It is committed, and nobody was told.
    CommitAfter,
    /// A run was taken up and nothing done yet.
    StepBegun,
    /// A send is claimed, and the provider was not called yet.
    SendClaimed,
    /// The provider has answered, and nothing of it is kept.
    SendAnswered,
    /// A send that a dead process began was found.
    RecoverBegun,
    /// The provider was asked about it, and nothing of the answer is kept.
    RecoverAnswered,
}

impl FailPoint {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::CommitBefore,
        Self::CommitAfter,
        Self::StepBegun,
        Self::SendClaimed,
        Self::SendAnswered,
        Self::RecoverBegun,
        Self::RecoverAnswered,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CommitBefore => "commit_before",
            Self::CommitAfter => "commit_after",
            Self::StepBegun => "step_begun",
            Self::SendClaimed => "send_claimed",
            Self::SendAnswered => "send_answered",
            Self::RecoverBegun => "recover_begun",
            Self::RecoverAnswered => "recover_answered",
        }
    }
}

impl fmt::Display for FailPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no fail point.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fail point")]
pub struct UnknownFailPoint(pub String);

impl FromStr for FailPoint {
    type Err = UnknownFailPoint;

    fn from_str(text: &str) -> Result<Self, UnknownFailPoint> {
        Self::ALL.into_iter().find(|point| point.as_str() == text).ok_or_else(|| UnknownFailPoint(text.to_owned()))
    }
}

static ARMED: OnceLock<(FailPoint, AtomicU64)> = OnceLock::new();

/// From now on this process dies, without any tidying up, when it reaches `point` for the `nth` time (from 1). Only the
/// first call counts.
pub fn arm(point: FailPoint, nth: u64) {
    let _ = ARMED.set((point, AtomicU64::new(nth.max(1))));
}

/// The process is at `point`.
pub(crate) fn reached(point: FailPoint) {
    if let Some((armed, left)) = ARMED.get()
        && *armed == point
        && left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        std::process::abort();
    }
}
