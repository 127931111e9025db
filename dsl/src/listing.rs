//! The rules of a policy as people list them.

use serde::Serialize;

use crate::verdict::{Location, Outcome};

/// Which sort of rule or setting a [`PolicyRule`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyRuleKind {
    /// `autonomy MODE`; the name is the mode.
    Autonomy,
    /// `autonomy at most MODE`; the name is the mode.
    AutonomyCap,
    /// `undo DURATION`; the name is the duration as written.
    Undo,
    /// A row of `actions`; the name is the action.
    Action,
    /// A `reply` line; the name is the intent, the outcome its freest one.
    Reply,
    /// A row of `risk`; the name is the tier.
    Risk,
    /// A `switch`.
    Switch,
    /// A `limit`.
    Limit,
    /// A `pause`.
    Pause,
    /// A `guard`.
    Guard,
    /// A guard of `std/base`, which is always in force.
    Standard,
    /// A row of `route`, `otherwise` included.
    Route,
    /// The `approvals` block; the name is `approvals`.
    Approvals,
    /// A `sweep`.
    Sweep,
}

impl PolicyRuleKind {
    /// The word used in texts and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Autonomy => "autonomy",
            Self::AutonomyCap => "autonomy_cap",
            Self::Undo => "undo",
            Self::Action => "action",
            Self::Reply => "reply",
            Self::Risk => "risk",
            Self::Switch => "switch",
            Self::Limit => "limit",
            Self::Pause => "pause",
            Self::Guard => "guard",
            Self::Standard => "standard",
            Self::Route => "route",
            Self::Approvals => "approvals",
            Self::Sweep => "sweep",
        }
    }
}

/// One rule or setting of a policy, with what people wrote about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyRule {
    /// Sort of rule.
    pub kind: PolicyRuleKind,
    /// Its name; see [`PolicyRuleKind`] for what that is when the rule has none of its own.
    pub name: String,
    /// What it demands, if it demands an outcome.
    pub outcome: Option<Outcome>,
    /// Where it counts, as written behind `for`, such as `channel chat, agent ada`; `None` means everywhere.
    pub scope: Option<String>,
    /// Its condition as written behind `when`, on one line; `None` means always.
    pub when: Option<String>,
    /// The whole rule as written, on one line, without comments and annotations.
    pub text: String,
    /// Where it stands.
    pub at: Location,
    /// The rule's own words for operators; for a switch the text that describes it.
    pub because: Option<String>,
    /// `@owner`: who answers for it.
    pub owner: Option<String>,
    /// `@ticket`: where it was decided.
    pub ticket: Option<String>,
    /// `@until`: the last day on which it is meant to be in force, as `YYYY-MM-DD`. It stays in force after that.
    pub until: Option<String>,
    /// `@backstop`: it is meant to demand no more than other rules do already.
    pub backstop: bool,
}
