//! R0301 and R0303: settings that are freer than the broader one, and settings that fit at the same time.

use super::Seen;
use crate::ast::{At, ItemKind, Reply, Scope, ScopeKind, Word};
use crate::check::{duration, scope_text};
use crate::load::Role;
use crate::source::Finding;
use crate::verdict::Outcome;

const KINDS: [ScopeKind; 4] = [ScopeKind::Segment, ScopeKind::Agent, ScopeKind::Intent, ScopeKind::Channel];

/// One setting of a family: those that replace each other by scope.
struct Setting<'s> {
    scope: &'s Scope,
    at: At,
    /// Its value in words.
    value: String,
    /// How careful it is, one number for each case that counts; greater is more careful.
    care: Vec<i64>,
}

/// Settings that replace each other, and what they are called.
struct Family<'s> {
    what: String,
    settings: Vec<Setting<'s>>,
    /// What counts where no setting fits.
    default: Option<(String, Vec<i64>)>,
    /// A shorter value is no loss of care that has to be seen in review.
    only_ties: bool,
}

impl Seen<'_> {
    pub(super) fn loosening(&self, found: &mut Vec<Finding>) {
        for family in self.families().into_iter().filter(|family| !family.only_ties) {
            for setting in family.settings.iter().filter(|setting| !setting.scope.items.is_empty()) {
                let broader = family.settings.iter().filter(|other| is_broader(other.scope, setting.scope));
                let broader = broader.max_by_key(|other| rank(other.scope));
                let Some((value, care)) = broader
                    .map(|other| (other.value.clone(), &other.care))
                    .or(family.default.as_ref().map(|(value, care)| (value.clone(), care)))
                else {
                    continue;
                };
                if setting.care.iter().zip(care).all(|(own, other)| own >= other) {
                    continue;
                }
                let here = scope_text(setting.scope).unwrap_or_default();
                let there = match broader {
                    Some(other) => {
                        scope_text(other.scope).map_or("elsewhere".to_owned(), |scope| format!("for {scope}"))
                    }
                    None => "where nothing is set".to_owned(),
                };
                let message =
                    format!("{} is freer for {here} (`{}`) than {there} (`{value}`)", family.what, setting.value);
                let mut finding = Finding::new("R0301", setting.at, message);
                if let Some(other) = broader {
                    finding = finding.label(other.at, "the broader setting");
                }
                found.push(finding.hint("the closer setting counts; make sure that this is meant"));
            }
        }
    }

    pub(super) fn ties(&self, found: &mut Vec<Finding>) {
        for family in self.families() {
            for (number, later) in family.settings.iter().enumerate() {
                let earlier = family.settings.iter().take(number);
                let tie = earlier.filter(|earlier| {
                    rank(earlier.scope) == rank(later.scope)
                        && !later.scope.items.is_empty()
                        && earlier.care != later.care
                        && both_may_fit(earlier.scope, later.scope)
                });
                for earlier in tie {
                    let scope = |setting: &Setting<'_>| scope_text(setting.scope).unwrap_or_default();
                    let message = format!(
                        "{} is set for {} and for {}, and a message can be in both",
                        family.what,
                        scope(earlier),
                        scope(later)
                    );
                    let counts = if family.only_ties { "the longer" } else { "the stricter" };
                    let finding = Finding::new("R0303", later.at, message)
                        .label(earlier.at, format!("`{}` here", earlier.value))
                        .hint(format!("for such a message {counts} one counts"));
                    found.push(finding);
                }
            }
        }
    }

    fn families(&self) -> Vec<Family<'_>> {
        let mut families = vec![self.autonomy_family(), self.undo_family()];
        families.extend(self.action_families());
        for item in self.own() {
            let ItemKind::Intent { name, replies, .. } = &item.kind else { continue };
            families.push(reply_family(name, replies));
        }
        families
    }

    fn autonomy_family(&self) -> Family<'_> {
        let care = |mode: &str| -> Vec<i64> {
            let mode = self.model.modes.iter().find(|one| one.name == mode);
            mode.into_iter().flat_map(|mode| &mode.table).map(|(demand, _)| demand.outcome as i64).collect()
        };
        let settings = self.own().filter_map(|item| match &item.kind {
            ItemKind::Autonomy { cap: false, mode, scope } => {
                Some(Setting { scope, at: mode.at, value: mode.text.clone(), care: care(&mode.text) })
            }
            _ => None,
        });
        let default = self.model.modes.get(self.model.default_mode).map(|mode| (mode.name.clone(), care(&mode.name)));
        Family { what: "the autonomy".to_owned(), settings: settings.collect(), default, only_ties: false }
    }

    fn undo_family(&self) -> Family<'_> {
        let settings = self.own().filter_map(|item| match &item.kind {
            ItemKind::Undo { ms, scope } => Some(Setting { scope, at: item.at, value: duration(*ms), care: vec![*ms] }),
            _ => None,
        });
        Family { what: "the undo time".to_owned(), settings: settings.collect(), default: None, only_ties: true }
    }

    fn action_families(&self) -> Vec<Family<'_>> {
        let mut families: Vec<Family<'_>> = Vec::new();
        for (file, item) in self.all().filter(|(file, _)| file.role != Role::Import) {
            let ItemKind::Actions(rows) = &item.kind else { continue };
            for (name, outcome, scope) in rows {
                let value = outcome.outcome.to_string();
                let care = vec![outcome.outcome as i64];
                let what = format!("the action `{}`", name.text);
                let place = families.iter().position(|family| family.what == what).unwrap_or_else(|| {
                    let default = Some((Outcome::Approval.to_string(), vec![Outcome::Approval as i64]));
                    families.push(Family { what, settings: Vec::new(), default, only_ties: false });
                    families.len() - 1
                });
                let Some(family) = families.get_mut(place) else { continue };
                if file.role == Role::Base {
                    family.default = Some((value, care));
                } else {
                    family.settings.push(Setting { scope, at: name.at, value, care });
                }
            }
        }
        families
    }
}

fn reply_family<'s>(name: &Word, replies: &'s [Reply]) -> Family<'s> {
    let mut cuts: Vec<i64> = replies
        .iter()
        .flat_map(|reply| &reply.bands)
        .filter_map(|(_, from)| from.map(|from| from.thousandths))
        .collect();
    cuts.extend([0, 1000]);
    cuts.sort_unstable();
    cuts.dedup();
    let settings = replies.iter().map(|reply| Setting {
        scope: &reply.scope,
        at: reply.at,
        value: words(reply),
        care: cuts.iter().map(|confidence| outcome_at(reply, *confidence) as i64).collect(),
    });
    let default = Some(("approval".to_owned(), vec![Outcome::Approval as i64; cuts.len()]));
    Family { what: format!("the reply of `{}`", name.text), settings: settings.collect(), default, only_ties: false }
}

fn words(reply: &Reply) -> String {
    let bands = reply.bands.iter().map(|(outcome, from)| match from {
        Some(from) => format!("{} from {}", outcome.outcome, crate::check::shown(from.thousandths)),
        None => outcome.outcome.to_string(),
    });
    let otherwise = reply.otherwise.iter().map(|outcome| format!("else {}", outcome.outcome));
    bands.chain(otherwise).collect::<Vec<_>>().join(", ")
}

/// What a `reply` line says at a confidence, in thousandths.
pub(super) fn outcome_at(reply: &Reply, confidence: i64) -> Outcome {
    let band = reply.bands.iter().find(|(_, from)| from.is_none_or(|from| confidence >= from.thousandths));
    let last = reply.bands.last().map_or(Outcome::Approval, |(outcome, _)| outcome.outcome.max(Outcome::Approval));
    match (band, &reply.otherwise) {
        (Some((outcome, _)), _) => outcome.outcome,
        (None, Some(otherwise)) => otherwise.outcome,
        (None, None) => last,
    }
}

pub(super) fn names_of(scope: &Scope, kind: ScopeKind) -> Vec<&str> {
    scope.items.iter().filter(|(other, _)| *other == kind).map(|(_, name)| name.text.as_str()).collect()
}

/// How close a scope is: segment, agent, intent, channel.
fn rank(scope: &Scope) -> u8 {
    KINDS.iter().fold(0, |rank, kind| rank * 2 + u8::from(!names_of(scope, *kind).is_empty()))
}

/// Every message of the second scope is in the first one too, and the second one is closer.
fn is_broader(first: &Scope, second: &Scope) -> bool {
    let covers = |kind: &ScopeKind| {
        let (outer, inner) = (names_of(first, *kind), names_of(second, *kind));
        outer.is_empty() || (!inner.is_empty() && inner.iter().all(|name| outer.contains(name)))
    };
    rank(first) < rank(second) && KINDS.iter().all(covers)
}

/// A message has one channel, one agent and one intent, and a contact may be in any number of segments.
fn both_may_fit(first: &Scope, second: &Scope) -> bool {
    KINDS.iter().all(|kind| {
        let (one, other) = (names_of(first, *kind), names_of(second, *kind));
        *kind == ScopeKind::Segment || one.is_empty() || other.is_empty() || one.iter().any(|name| other.contains(name))
    })
}
