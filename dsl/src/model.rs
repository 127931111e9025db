//! What a checked policy is made of. Built by [`crate::check`], read by [`crate::eval`].

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::condition::{Expr, Slot};
use crate::cron::Sweep;
use crate::detect::DetectorSet;
use crate::hours::Hours;
use crate::policy::{AiAgent, Certificate, FactDecl, Intent, Limit};
use crate::script::Script;
use crate::testing::Case;
use crate::verdict::{Location, Outcome, Route, RuleKind};

/// What a rule asks for.
#[derive(Clone, Debug)]
pub(crate) struct Demand {
    pub(crate) outcome: Outcome,
    /// When a hold ends. A hold without one cannot be built.
    pub(crate) release: Option<Release>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Release {
    /// The first moment inside the hours with this number.
    Until(usize),
    /// Milliseconds after the reply was first held.
    For(i64),
}

/// A setting and its scope. `rank` says how close the scope is: segment 8, agent 4, intent 2, channel 1, summed, so
/// that comparing ranks compares rung by rung.
#[derive(Clone, Debug)]
pub(crate) struct Scoped<T> {
    pub(crate) rank: u8,
    pub(crate) when: Expr,
    pub(crate) value: T,
    pub(crate) at: Location,
}

/// A table from tier to demand.
#[derive(Clone, Debug)]
pub(crate) struct Mode {
    pub(crate) name: String,
    /// One demand and its place per tier.
    pub(crate) table: Vec<(Demand, Location)>,
}

impl Mode {
    /// How careful the mode is on the whole, to compare modes with each other.
    pub(crate) fn care(&self) -> usize {
        self.table.iter().map(|(demand, _)| demand.outcome as usize).sum()
    }
}

/// A `reply` line: bands from sure to unsure, then the rest.
#[derive(Clone, Debug)]
pub(crate) struct Bands {
    /// The outcome from this confidence (thousandths) on.
    pub(crate) from: Vec<(Demand, i64)>,
    pub(crate) rest: Demand,
}

/// What the annotations of a rule say about it. Nothing here changes a decision.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags {
    /// `@owner`: who answers for it.
    pub(crate) owner: Option<String>,
    /// `@ticket`: where it was decided.
    pub(crate) ticket: Option<String>,
    /// `@until`: the last day on which it is meant to be in force.
    pub(crate) until: Option<jiff::civil::Date>,
    /// `@backstop`: it is meant to demand no more than other rules do already.
    pub(crate) backstop: bool,
}

/// A guard, limit or switch.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) kind: RuleKind,
    pub(crate) name: String,
    pub(crate) demand: Demand,
    pub(crate) when: Expr,
    pub(crate) because: Option<String>,
    pub(crate) tags: Tags,
    pub(crate) at: Location,
}

/// What a claim says comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClaimKind {
    /// A person approves at least; with `now`, a hold is enough.
    NeverSend {
        now: bool,
    },
    Outcome {
        at_least: bool,
        outcome: Outcome,
    },
    Route {
        to_team: bool,
        to: String,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) kind: ClaimKind,
    pub(crate) when: Expr,
    /// As written.
    pub(crate) text: String,
    pub(crate) at: Location,
}

#[derive(Clone, Debug)]
pub(crate) struct PauseRule {
    pub(crate) name: String,
    pub(crate) for_ms: Option<i64>,
    pub(crate) when: Expr,
    pub(crate) at: Location,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ApprovalRules {
    pub(crate) expire: Option<(i64, Outcome)>,
    pub(crate) remind_ms: Option<i64>,
    pub(crate) team: Option<String>,
    pub(crate) two_people: Vec<Expr>,
    pub(crate) at: Option<Location>,
}

/// Slots that the decision itself reads.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CoreSlots {
    pub(crate) intent: usize,
    pub(crate) action: usize,
    pub(crate) confidence: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) root: String,
    pub(crate) digest: String,
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) pins: Vec<crate::lock::Pin>,
    /// Where what a fact speaks of is declared, by the fact's key.
    pub(crate) declared: BTreeMap<String, Location>,
    pub(crate) templates: BTreeMap<String, String>,
    pub(crate) timezone: String,
    pub(crate) zone: TimeZone,
    pub(crate) header: Location,

    pub(crate) facts: Vec<FactDecl>,
    pub(crate) segments: Vec<String>,
    pub(crate) switches: Vec<String>,
    pub(crate) teams: Vec<String>,
    pub(crate) agents: Vec<AiAgent>,
    pub(crate) intents: Vec<Intent>,
    pub(crate) limits: Vec<Limit>,
    pub(crate) certificates: Vec<Certificate>,

    pub(crate) slots: Vec<Slot>,
    pub(crate) core: CoreSlots,
    pub(crate) hours: Vec<Hours>,
    pub(crate) detectors: DetectorSet,
    pub(crate) scripts: Vec<Script>,

    /// From the lowest to the highest.
    pub(crate) tiers: Vec<String>,
    pub(crate) modes: Vec<Mode>,
    pub(crate) default_mode: usize,
    pub(crate) autonomy: Vec<Scoped<usize>>,
    pub(crate) caps: Vec<Scoped<usize>>,
    pub(crate) undo: Vec<Scoped<i64>>,
    pub(crate) actions: BTreeMap<String, Vec<Scoped<Demand>>>,
    /// The `reply` lines of each intent, by its number.
    pub(crate) replies: Vec<Vec<Scoped<Bands>>>,
    pub(crate) risk: Vec<(usize, Expr, Location)>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) pauses: Vec<PauseRule>,
    pub(crate) routes: Vec<(Expr, Route)>,
    pub(crate) otherwise: Route,
    pub(crate) approvals: ApprovalRules,
    /// Of all files, in the order of the files as read.
    pub(crate) claims: Vec<Claim>,
    pub(crate) sweeps: Vec<Sweep>,
    pub(crate) cases: Vec<Case>,
    /// Every rule and setting, for people.
    pub(crate) listing: Vec<crate::listing::PolicyRule>,
}
