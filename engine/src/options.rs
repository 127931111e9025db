//! What whoever runs an engine may choose.

use std::time::Duration;

use crate::channels::reply_token::Tokens;

/// How an engine behaves under load and at its end. The defaults suit one busy team; all of them are generous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How long steps in progress may take once the engine was told to stop; then their runs are released as they are,
    /// and whoever works next goes on with them.
    pub shutdown: Duration,
    /// A message that waited longer than this before anybody began with it goes to a person instead of being answered
    /// late. `None`: however late.
    pub longest_wait: Option<Duration>,
    /// While more runs than this are due, messages whose turn it is go to a person, until fewer are. `None`: no limit.
    pub most_waiting: Option<usize>,
    /// What reply addresses are read with. `None`: by the headers of mails alone.
    pub reply_tokens: Option<Tokens>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            shutdown: Duration::from_secs(27),
            longest_wait: Some(Duration::from_secs(3_600)),
            most_waiting: Some(100_000),
            reply_tokens: None,
        }
    }
}
