//! What a policy answers: one outcome, and everything needed to say why.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What may happen to an automatic reply, from the freest to the most careful.
///
/// The order of the variants is the order of care: when several rules match, the greatest one wins.
/// `Escalate` is above `Off` because both stop the machine and only `Escalate` calls a person; so nothing
/// that switches the machine off can ever silence a call for help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The reply may leave on its own.
    Send,
    /// Wait, then ask again.
    Hold,
    /// A person must approve the reply first.
    Approval,
    /// The machine does nothing.
    Off,
    /// The machine does nothing, and a person is called.
    Escalate,
}

impl Outcome {
    /// All outcomes, from the freest to the most careful.
    pub const ALL: [Self; 5] = [Self::Send, Self::Hold, Self::Approval, Self::Off, Self::Escalate];

    /// The word used in policy files and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Hold => "hold",
            Self::Approval => "approval",
            Self::Off => "off",
            Self::Escalate => "escalate",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is none of `send`, `hold`, `approval`, `off`, `escalate`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an outcome: send, hold, approval, off or escalate")]
pub struct UnknownOutcome(pub String);

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text).ok_or_else(|| UnknownOutcome(text.to_owned()))
    }
}

/// A place in a policy file. Lines and columns count from 1; columns count characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The file, relative to the folder of the policy's root file; built-in files are `std/...`.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Which sort of rule a [`Reason`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// A `guard` of the policy or of a file it imports.
    Guard,
    /// A guard of `std/base`, which is always in force.
    Standard,
    /// A `limit` that is used up.
    Limit,
    /// A `switch` that is pressed.
    Switch,
    /// The `reply` line of the intent.
    Band,
    /// The setting of the action (`actions { reply send }`).
    Action,
    /// The row of the mode table for the tier.
    Mode,
}

impl RuleKind {
    /// The word used in texts and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guard => "guard",
            Self::Standard => "standard",
            Self::Limit => "limit",
            Self::Switch => "switch",
            Self::Band => "band",
            Self::Action => "action",
            Self::Mode => "mode",
        }
    }
}

/// One rule that matched, and what it demanded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reason {
    /// Sort of rule.
    pub kind: RuleKind,
    /// Its name: the guard's, limit's or switch's own; the intent for a band; the action; `mode.tier` for a mode row.
    pub name: String,
    /// What it demanded.
    pub outcome: Outcome,
    /// Where it stands.
    pub at: Location,
    /// The rule's own words for operators. Never show these to a customer.
    pub because: Option<String>,
    /// Who answers for the rule: its `@owner`. For people inside, too.
    pub owner: Option<String>,
    /// Where the rule was decided: its `@ticket`.
    pub ticket: Option<String>,
    /// It matched only because something it needs could not be decided.
    pub uncertain: bool,
}

/// A setting that was chosen, and by which line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The chosen value: a mode or a tier.
    pub value: String,
    /// The line that chose it; `None` when it is the built-in default.
    pub at: Option<Location>,
    /// The cap that raised it, if one did.
    pub capped_by: Option<Location>,
}

/// Who should deal with the conversation if a person has to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Name of the row, `otherwise` for the last one.
    pub row: String,
    /// Team to route to.
    pub team: Option<String>,
    /// Person to route to, instead of a team.
    pub person: Option<String>,
    /// Skill that the person should have.
    pub skill: Option<String>,
    /// How to pick somebody in the team: `round_robin`, `least_busy`, `owner`.
    pub pick: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    pub priority: Option<String>,
    /// Time to the first answer, in milliseconds.
    pub sla_ms: Option<i64>,
    /// Where the row stands; the policy's header when the policy has no `route` table.
    pub at: Location,
}

/// A pause of the AI for this contact that the host must start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Name of the `pause` rule.
    pub name: String,
    /// How long, in milliseconds; `None` means until a person resumes it.
    pub for_ms: Option<i64>,
    /// Where the rule stands.
    pub at: Location,
}

/// What happens to a draft that waits for approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalTerms {
    /// The approval expires after this many milliseconds; `None` means never.
    pub expire_after_ms: Option<i64>,
    /// What an expired approval becomes: [`Outcome::Off`] or [`Outcome::Escalate`], never `Send`.
    pub then: Outcome,
    /// Remind the approvers after this many milliseconds.
    pub remind_after_ms: Option<i64>,
    /// The team that approves.
    pub team: Option<String>,
    /// Two different people have to approve.
    pub two_people: bool,
    /// Where the `approvals` block stands, if the policy has one.
    pub at: Option<Location>,
}

/// The answer of [`crate::Policy::decide`]: the same facts and the same policy give the same verdict for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The most careful outcome that any rule demanded.
    pub outcome: Outcome,
    /// The rules whose demand equals the outcome. Never empty.
    pub deciding: Vec<Reason>,
    /// The other rules that matched, most careful first.
    pub also: Vec<Reason>,
    /// The autonomy mode in force.
    pub mode: Setting,
    /// The risk tier of the message.
    pub tier: Setting,
    /// When to ask again, in milliseconds since 1970 UTC. Set if and only if the outcome is [`Outcome::Hold`].
    pub hold_until_ms: Option<i64>,
    /// How long a person can take back an automatic send, in milliseconds.
    pub undo_ms: i64,
    /// Who gets the conversation if a person has to look.
    pub route: Route,
    /// Pauses to start.
    pub pauses: Vec<Pause>,
    /// What happens while waiting for approval.
    pub approvals: ApprovalTerms,
    /// Keys of the facts that were needed and failed, sorted.
    pub unknown: Vec<String>,
    /// The intent's `also` actions that may be done on their own: their own action setting says `send`.
    pub also_do: Vec<String>,
}
