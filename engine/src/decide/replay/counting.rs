//! What depends on what was sent before, counted anew under the candidate.
//!
//! Assumed: what the candidate sends, leaves when it is decided; what it gives to a person is not sent, unless the record
//! says that a person approved it and the candidate then lets it go; limits are empty and threads are as recorded where the
//! replay begins.

use std::hash::BuildHasher as _;

use foldhash::quality::FixedState;
use foldhash::{HashMap, HashSet};
use remit_dsl::{Limit, Policy};

/// What is assumed where limits and threads are counted anew, for people.
pub const ASSUMPTIONS: [&str; 3] = [
    "limits are empty where the replay begins",
    "what the candidate sends leaves when it is decided",
    "what the candidate gives to a person is sent only where the record says that a person approved it",
];

/// 64 bits of a text: enough to tell millions apart, and small to keep. The same for the same text in one process.
#[must_use]
pub fn short(text: &str) -> u64 {
    FixedState::default().hash_one(text)
}

/// Whose sends a limit counts.
#[derive(Debug, Clone, Copy)]
enum Per {
    Contact,
    Agent,
    Channel,
    Domain,
    Everybody,
}

#[derive(Debug)]
struct Counter {
    limit: Limit,
    per: Per,
    /// The bucket of the latest decision: they come in order, so the next one is mostly in the same.
    bucket: (i64, i64),
    /// Buckets that were met, in order: working one out takes longer than deciding.
    met: Vec<(i64, i64)>,
    /// Sends by subject, each with the start of its bucket.
    sent: HashMap<u64, (i64, u32)>,
    /// Subjects of old buckets are forgotten when there are more than this.
    forget_above: usize,
}

/// Whose message it is, as far as limits count by it: [`short`] of each.
#[derive(Debug, Clone, Copy)]
pub struct Subjects {
    /// The contact.
    pub contact: u64,
    /// The AI agent that would answer under the candidate; `None` where none does.
    pub agent: Option<u64>,
    /// The channel account.
    pub channel: u64,
    /// Domain of the sender's address, where it has one.
    pub domain: Option<u64>,
}

/// Limits and threads under the candidate. What it keeps grows with the contacts of one bucket of a limit and with the
/// threads in which the candidate sent more or less, not with the decisions.
#[derive(Debug)]
pub struct Counting {
    timezone: String,
    counters: Vec<Counter>,
    /// How many messages more (or fewer) a thread has.
    longer: HashMap<u64, i64>,
    /// Messages that the candidate answered before the record did.
    answered: HashSet<u64>,
}

/// What the candidate finds where it counts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    /// The limit is used up.
    pub over: bool,
    /// When its bucket ends.
    pub end: i64,
}

const FEWEST: usize = 4_096;

/// Buckets of one limit that are kept: three weeks of hours.
const MOST_MET: usize = 512;

impl Counting {
    /// Empty limits.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        let counter = |limit: &Limit| Counter {
            limit: limit.clone(),
            per: match limit.per.as_str() {
                "contact" => Per::Contact,
                "agent" => Per::Agent,
                "channel" => Per::Channel,
                "domain" => Per::Domain,
                _ => Per::Everybody,
            },
            bucket: (0, 0),
            met: Vec::new(),
            sent: HashMap::default(),
            forget_above: FEWEST,
        };
        Self {
            timezone: policy.timezone().to_owned(),
            counters: policy.limits().iter().map(counter).collect(),
            longer: HashMap::default(),
            answered: HashSet::default(),
        }
    }

    /// How the limits stand, in the order of the policy; `None` where nobody can tell whose sends one counts.
    pub fn over(&mut self, now_ms: i64, subjects: &Subjects, mut each: impl FnMut(usize, Option<Over>)) {
        for (number, counter) in self.counters.iter_mut().enumerate() {
            counter.turn(&self.timezone, now_ms);
            let (start, end) = counter.bucket;
            let over = counter.subject(subjects).map(|subject| {
                let sent =
                    counter.sent.get(&subject).filter(|(bucket, _)| *bucket == start).map_or(0, |(_, sent)| *sent);
                Over { over: sent >= counter.limit.count, end }
            });
            each(number, over);
        }
    }

    /// How many messages more than recorded a thread has.
    #[must_use]
    pub fn longer(&self, conversation: &str) -> i64 {
        if self.longer.is_empty() { 0 } else { self.longer.get(&short(conversation)).copied().unwrap_or(0) }
    }

    /// Whether the candidate has answered the message already.
    #[must_use]
    pub fn has_answered(&self, message: &str) -> bool {
        !self.answered.is_empty() && self.answered.contains(&short(message))
    }

    /// The record sends what the candidate has sent before.
    pub fn caught_up(&mut self, message: &str, conversation: &str) {
        if self.answered.remove(&short(message)) {
            self.lengthen(conversation, -1);
        }
    }

    /// One decision on a message: whether the record sent, and whether the candidate does.
    pub fn decided(&mut self, subjects: &Subjects, message: &str, conversation: &str, recorded: bool, candidate: bool) {
        if candidate {
            for counter in &mut self.counters {
                let start = counter.bucket.0;
                let Some(subject) = counter.subject(subjects) else { continue };
                let entry = counter.sent.entry(subject).or_insert((start, 0));
                *entry = if entry.0 == start { (start, entry.1.saturating_add(1)) } else { (start, 1) };
            }
        }
        match (recorded, candidate) {
            (false, true) => {
                self.answered.insert(short(message));
                self.lengthen(conversation, 1);
            }
            (true, false) => self.lengthen(conversation, -1),
            _ => {}
        }
    }

    fn lengthen(&mut self, conversation: &str, by: i64) {
        let thread = short(conversation);
        let longer = self.longer.entry(thread).or_insert(0);
        *longer += by;
        if *longer == 0 {
            self.longer.remove(&thread);
        }
    }
}

impl Counter {
    fn turn(&mut self, timezone: &str, now_ms: i64) {
        if (self.bucket.0..self.bucket.1).contains(&now_ms) {
            return;
        }
        let after = self.met.partition_point(|(start, _)| *start <= now_ms);
        let before = after.checked_sub(1).and_then(|number| self.met.get(number)).copied();
        self.bucket = before.filter(|(_, end)| now_ms < *end).unwrap_or_else(|| {
            let bucket = self.limit.bucket(timezone, now_ms);
            if self.met.len() < MOST_MET {
                self.met.insert(after, bucket);
            } else {
                self.met = vec![bucket];
            }
            bucket
        });
        if self.sent.len() > self.forget_above {
            let start = self.bucket.0;
            self.sent.retain(|_, (bucket, _)| *bucket == start);
            self.forget_above = (self.sent.len() * 2).max(FEWEST);
        }
    }

    fn subject(&self, subjects: &Subjects) -> Option<u64> {
        match self.per {
            Per::Contact => Some(subjects.contact),
            Per::Agent => subjects.agent,
            Per::Channel => Some(subjects.channel),
            Per::Domain => subjects.domain,
            Per::Everybody => Some(0),
        }
    }
}
