//! How far a message has got: a log that only grows, and what is shown of it.
//!
//! What is known of a message is a row of numbers that only rise ([`Delivery`]), so that the order in which callbacks
//! come, and how often each comes, cannot matter: merging is taking the greater of each. What is shown follows from it.

use serde::{Deserialize, Serialize};

/// What a provider's word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Is {
    /// The provider has it and has not begun.
    Queued,
    /// It is on its way to the next hop.
    Sending,
    /// The next hop took it.
    Sent,
    /// The far end took it. For mail: the server of the recipient, which is not to say that anybody saw it.
    Delivered,
    /// It was looked at.
    Read,
    /// It did not arrive and will not.
    Failed,
    /// The provider would not send it: the address is suppressed, invalid or blocked.
    Rejected,
    /// The address does not exist.
    BouncedHard,
    /// It was not taken this time: a full mailbox, a policy.
    BouncedSoft,
    /// The recipient called it spam.
    Complained,
    /// The recipient does not want more.
    OptedOut,
    /// The recipient wants more again.
    OptedIn,
    /// It was not taken in time.
    Expired,
    /// It was taken back before it left.
    Cancelled,
    /// It is tried again by the provider. A note: it changes nothing.
    Deferred,
    /// Something loaded its pictures. A note: that need not be a person.
    Opened,
    /// Something followed a link. A note, for the same reason.
    Clicked,
    /// A machine answered. A note.
    AutoResponded,
    /// Any other word. A note.
    Other,
}

impl Is {
    /// The word in rows and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::BouncedHard => "bounced_hard",
            Self::BouncedSoft => "bounced_soft",
            Self::Complained => "complained",
            Self::OptedOut => "opted_out",
            Self::OptedIn => "opted_in",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Deferred => "deferred",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::AutoResponded => "auto_responded",
            Self::Other => "other",
        }
    }

    /// True where the address should not be written to any more, and the word for why.
    #[must_use]
    pub const fn suppresses(self) -> Option<&'static str> {
        match self {
            Self::BouncedHard => Some("bounced"),
            Self::Complained => Some("complained"),
            Self::OptedOut => Some("opted_out"),
            _ => None,
        }
    }

    /// True where it is bad news that a person should see.
    #[must_use]
    pub const fn is_bad(self) -> bool {
        matches!(
            self,
            Self::Failed | Self::Rejected | Self::BouncedHard | Self::BouncedSoft | Self::Complained | Self::Expired
        )
    }
}

/// One word of a provider about a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// What it means.
    pub is: Is,
    /// The provider's own word.
    pub word: String,
    /// Why, in the provider's words: an error code, an answer of the far server.
    pub cause: Option<String>,
    /// Whom the message went to, where told.
    pub recipient: Option<String>,
}

impl Status {
    /// A word without a cause.
    #[must_use]
    pub fn new(is: Is, word: impl Into<String>) -> Self {
        Self { is, word: word.into(), cause: None, recipient: None }
    }

    /// The same with why and about whom.
    #[must_use]
    pub fn with(mut self, cause: Option<String>, recipient: Option<String>) -> Self {
        self.cause = cause.map(|cause| cause.chars().take(500).collect::<String>()).filter(|cause| !cause.is_empty());
        self.recipient = recipient.filter(|recipient| !recipient.is_empty());
        self
    }
}

/// What is known of how far a message has got. Times are UTC milliseconds of the provider, 0 for never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivery {
    /// 0, or 10 queued, 20 sending, 30 sent, 40 delivered, 50 read.
    pub progress: i64,
    /// When it was last said to be delivered or read.
    pub arrived_at: i64,
    /// When it was last said to have failed.
    pub failed_at: i64,
    /// When it was last said to have bounced for the time being.
    pub soft_at: i64,
    /// When it was last said to have expired.
    pub expired_at: i64,
    /// When it was said to be cancelled.
    pub cancelled_at: i64,
    /// When it was said that the address does not exist.
    pub hard_at: i64,
    /// When it was called spam.
    pub complained_at: i64,
    /// When the recipient wanted no more.
    pub opted_out_at: i64,
}

impl Delivery {
    /// What one word says by itself.
    #[must_use]
    pub fn of(is: Is, at_ms: i64) -> Self {
        let none = Self::default();
        // Never is 0, so an event at the begin of time is one millisecond later.
        let at = at_ms.max(1);
        match is {
            Is::Queued => Self { progress: 10, ..none },
            Is::Sending => Self { progress: 20, ..none },
            Is::Sent => Self { progress: 30, ..none },
            Is::Delivered => Self { progress: 40, arrived_at: at, ..none },
            Is::Read => Self { progress: 50, arrived_at: at, ..none },
            Is::Failed | Is::Rejected => Self { failed_at: at, ..none },
            Is::BouncedSoft => Self { soft_at: at, ..none },
            Is::BouncedHard => Self { hard_at: at, ..none },
            Is::Complained => Self { complained_at: at, ..none },
            Is::OptedOut => Self { opted_out_at: at, ..none },
            Is::Expired => Self { expired_at: at, ..none },
            Is::Cancelled => Self { cancelled_at: at, ..none },
            Is::OptedIn | Is::Deferred | Is::Opened | Is::Clicked | Is::AutoResponded | Is::Other => none,
        }
    }

    /// Both together: the greater of each.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            progress: self.progress.max(other.progress),
            arrived_at: self.arrived_at.max(other.arrived_at),
            failed_at: self.failed_at.max(other.failed_at),
            soft_at: self.soft_at.max(other.soft_at),
            expired_at: self.expired_at.max(other.expired_at),
            cancelled_at: self.cancelled_at.max(other.cancelled_at),
            hard_at: self.hard_at.max(other.hard_at),
            complained_at: self.complained_at.max(other.complained_at),
            opted_out_at: self.opted_out_at.max(other.opted_out_at),
        }
    }

    /// True when nothing is known.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The status to show. A complaint outweighs everything, then an address that does not exist, even after
    /// "delivered": servers take mails and refuse them afterwards. What failed for the time being is forgotten once the
    /// message was seen to arrive later.
    #[must_use]
    pub fn shown(self) -> &'static str {
        let open = |at: i64| at > 0 && at >= self.arrived_at;
        if self.complained_at > 0 {
            "complained"
        } else if self.hard_at > 0 {
            "bounced"
        } else if open(self.failed_at) {
            "failed"
        } else if open(self.soft_at) {
            "bounced"
        } else if open(self.expired_at) {
            "expired"
        } else if self.opted_out_at > 0 && self.progress < 40 {
            "opted_out"
        } else if open(self.cancelled_at) {
            "cancelled"
        } else {
            match self.progress {
                50.. => "read",
                40.. => "delivered",
                20..30 => "sending",
                1..20 => "queued",
                _ => "sent",
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Is; 12] = [
        Is::Queued,
        Is::Sending,
        Is::Sent,
        Is::Delivered,
        Is::Read,
        Is::Failed,
        Is::BouncedHard,
        Is::BouncedSoft,
        Is::Complained,
        Is::OptedOut,
        Is::Expired,
        Is::Deferred,
    ];

    fn after(words: &[(Is, i64)]) -> &'static str {
        words.iter().fold(Delivery::default(), |so_far, (is, at)| so_far.merge(Delivery::of(*is, *at))).shown()
    }

    /// Cases 56, 78, 79 and 86.
    #[test]
    fn case_056_078_079_086_nothing_is_ever_downgraded() {
        assert_eq!(after(&[(Is::Delivered, 2), (Is::BouncedHard, 3)]), "bounced", "taken and refused afterwards");
        assert_eq!(after(&[(Is::BouncedHard, 3), (Is::Delivered, 9)]), "bounced");
        assert_eq!(after(&[(Is::Delivered, 2), (Is::Sent, 3)]), "delivered");
        assert_eq!(after(&[(Is::Delivered, 2), (Is::Delivered, 2)]), "delivered");
        assert_eq!(after(&[(Is::Read, 3), (Is::Sent, 1), (Is::Delivered, 2)]), "read");
        assert_eq!(after(&[(Is::Read, 5), (Is::Complained, 9)]), "complained");
        assert_eq!(after(&[(Is::Failed, 2), (Is::Delivered, 3)]), "delivered", "it was seen to arrive later");
        assert_eq!(after(&[(Is::Delivered, 2), (Is::Failed, 3)]), "failed");
        assert_eq!(after(&[(Is::BouncedSoft, 2), (Is::Delivered, 3)]), "delivered");
        assert_eq!(after(&[(Is::Sent, 1), (Is::Deferred, 2)]), "sent", "a delay is a note");
        assert_eq!(after(&[(Is::Deferred, 2)]), "sent");
    }

    /// Every order of every four words, each told once or twice, shows the same.
    #[test]
    fn order_and_repetition_do_not_matter() {
        for a in ALL {
            for b in ALL {
                for c in ALL {
                    let told = [(a, 5), (b, 7), (c, 6)];
                    let shown = after(&told);
                    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
                        let once: Vec<_> = order.iter().map(|at| told[*at]).collect();
                        assert_eq!(after(&once), shown, "{once:?}");
                        let twice: Vec<_> = once.iter().chain(&once).copied().collect();
                        assert_eq!(after(&twice), shown, "{twice:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn each_merge_only_rises() {
        for a in ALL {
            for b in ALL {
                let one = Delivery::of(a, 3);
                let both = one.merge(Delivery::of(b, 4));
                assert_eq!(both.merge(one), both);
                assert!(both.progress >= one.progress);
            }
        }
    }
}
