//! The compiled decision: what `eval.rs` defines, as a few table rows and bit operations.
//!
//! Every condition of the policy is a few *terms*, conjunctions of literals ([`normal`]). A value that a slot can have
//! rules out some terms; those are one row of bits, made when the policy is compiled ([`read`]). A decision looks up
//! the row of each value and joins the rows: the terms that are left hold ([`run`]). This is the bit-vector scheme of
//! Lakshman and Stiliadis, "High-speed policy-based packet forwarding using efficient multi-dimensional range
//! matching" (SIGCOMM 1998). All rules that match are a by-product, not a second pass.
//!
//! A value that failed rules out no term that *may* hold, and every term that mentions it from those that *surely*
//! hold: two sets of bits, equal when nothing failed.
//!
//! Nothing here allocates while it decides, takes a lock or reads a clock.

mod bits;
mod build;
mod calendar;
mod decision;
mod fours;
mod frame;
mod names;
mod normal;
mod read;
mod run;
mod settle;
mod unknown;
mod verdict;

use crate::model::Demand;
use bits::{Bits, Span};
use calendar::{Clock, Week};
use normal::Formula;
use read::{Block, Found, NameReader, NumberReader, Readers};

use run::Core;

pub(crate) use build::build;
pub use decision::{Decider, Decision, Matched};
pub use frame::{Frame, OwnedFrame, Raw};

/// Every set of possible tiers has a row of its own.
pub(crate) const MOST_TIERS: usize = 8;

/// When a setting's scope fits.
#[derive(Clone, Copy, Debug)]
enum When {
    Always,
    Bits(Span),
}

#[derive(Clone, Copy, Debug)]
struct Rung {
    rank: u8,
    when: When,
}

/// Settings of one thing, in the order of the model.
#[derive(Debug)]
struct Ladder(Vec<Rung>);

/// A condition with too many terms: its bit is computed from those of its literals.
#[derive(Debug)]
struct Computed {
    bit: usize,
    formula: Formula,
}

/// A policy ready to decide.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) keys: frame::Keys,
    clock: Option<Clock>,
    weeks: Vec<Week>,

    blocks: usize,
    /// The rows of the first block, then those of the next.
    words: Vec<Block>,
    row_count: usize,
    readers: Readers,
    draft_readers: Readers,
    /// What stands in for the draft readers while there is no draft.
    no_draft_rows: Vec<u32>,
    intent: Option<NameReader>,
    /// By the number of the name in the slot's list.
    intent_numbers: Vec<Option<usize>>,
    action: Option<NameReader>,
    action_numbers: Vec<Option<usize>>,
    confidence: Option<NumberReader>,
    /// Hours that conditions read: number, rows when inside and when outside.
    during: Vec<(usize, (u32, u32))>,
    /// By the set of possible tiers: rows of the terms that cannot hold, and of those that do not surely hold.
    tier_rows: Vec<(u32, u32)>,
    computed_risk: Vec<Computed>,
    computed: Vec<Computed>,

    /// From the highest tier to the lowest, by place within a tier.
    risk: Span,
    risk_of: Vec<u32>,
    /// By the outcome that is demanded.
    rules: [Span; 5],
    all_rules: Span,
    rule_of: Vec<u32>,
    routes: Span,
    route_of: Vec<u32>,
    /// From the longest to the shortest.
    pauses: Span,
    pause_of: Vec<u32>,
    two_people: Span,
    two_people_of: Vec<u32>,
    autonomy: Ladder,
    caps: Ladder,
    undo: Ladder,
    /// With what each setting demands.
    actions: Vec<(Ladder, Vec<Demand>)>,
    replies: Vec<Ladder>,

    /// Where `mode.tier` stands among all such names, by mode and tier.
    mode_ranks: Vec<u32>,
    intent_ranks: Vec<u32>,
    /// How careful each mode is.
    cares: Vec<usize>,
    /// The limit that a rule stands for, by the rule's number.
    limits: Vec<Option<usize>>,
    slot_count: usize,
}

/// What one decision writes to.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// The terms that may hold, and those that surely do.
    possible: Bits,
    certain: Bits,
    found: Found,
    core: Core,
}
