//! The decision: a total function from a policy and facts to a verdict, written as plainly as the definition.
//!
//! 1. The tier is the highest risk row that matches. 2. The mode is the closest autonomy setting, raised by every cap.
//! 3. The outcome is the most careful demand of mode table, intent band, action setting, guards, limits and switches.
//! 4. A hold lasts until the latest release. 5. The route is the first row that fits.
//!
//! What cannot be decided counts as matched for a restriction, as not matched for a route row, and for a setting's
//! scope only if the setting is stricter.

use std::collections::BTreeSet;

use crate::condition::{Cell, View};
use crate::facts::Facts;
use crate::hours::wall_clock;
use crate::model::{Bands, Demand, Model, Release, Scoped};
use crate::verdict::{ApprovalTerms, Location, Outcome, Pause, Reason, Route, RuleKind, Setting, Verdict};

/// Longest time that a reply may be held: after it a person decides.
pub(crate) const LONGEST_HOLD_MS: i64 = 7 * 24 * 3_600_000;

/// A demand that may have been met already, with its reason.
struct Settled {
    reason: Reason,
    release_ms: Option<i64>,
}

struct Decision<'a> {
    model: &'a Model,
    facts: &'a Facts,
    view: View<'a>,
    approved: bool,
    unknown: BTreeSet<String>,
}

/// One candidate for a table entry: what it demands, where it stands, and whether it is there only for care.
struct Candidate<'a> {
    name: String,
    demand: &'a Demand,
    at: &'a Location,
    uncertain: bool,
}

/// One condition of the policy: true, false, or undecided.
pub(crate) fn holds(model: &Model, facts: &Facts, when: &crate::condition::Expr) -> Option<bool> {
    let mut decision = Decision::new(model, facts);
    decision.tier();
    decision.view.holds(when)
}

pub(crate) fn decide(model: &Model, facts: &Facts) -> Verdict {
    let mut decision = Decision::new(model, facts);
    let tier = decision.tier();
    let (mode, mode_reason) = decision.mode();
    let mut settled = vec![mode_reason, decision.band(), decision.action()];
    settled.extend(decision.rules());
    let outcome = settled.iter().map(|demand| demand.reason.outcome).max().unwrap_or(Outcome::Escalate);
    let hold_until_ms = match outcome {
        Outcome::Hold => settled.iter().filter_map(|demand| demand.release_ms).max(),
        _ => None,
    };
    let (mut deciding, mut also): (Vec<Reason>, Vec<Reason>) =
        settled.into_iter().map(|demand| demand.reason).partition(|reason| reason.outcome == outcome);
    also.retain(|reason| reason.outcome > Outcome::Send);
    deciding.sort();
    also.sort_by(|a, b| b.outcome.cmp(&a.outcome).then_with(|| a.cmp(b)));
    let pauses = decision.pauses();
    let approvals = decision.approvals();
    let undo_ms = decision.undo();
    let also_do = decision.also_do();
    Verdict {
        outcome,
        deciding,
        also,
        mode,
        tier,
        hold_until_ms,
        undo_ms,
        route: decision.route(),
        pauses,
        approvals,
        unknown: decision.unknown.into_iter().collect(),
        also_do,
    }
}

impl<'a> Decision<'a> {
    fn new(model: &'a Model, facts: &'a Facts) -> Self {
        let no_draft = facts.get_yes("draft.absent") == Some(true);
        let cells = model.slots.iter().map(|slot| slot.encode(facts, no_draft)).collect();
        let now = wall_clock(&model.zone, facts.now_ms);
        let during = model.hours.iter().map(|hours| hours.contains(now)).collect();
        Self {
            model,
            facts,
            view: View { cells, during, tiers: vec![false; model.tiers.len()] },
            approved: facts.get_yes("approved") == Some(true),
            unknown: BTreeSet::new(),
        }
    }

    /// True or undecided means matched; the flag says undecided. The facts to blame are remembered.
    fn matched(&mut self, when: &crate::condition::Expr) -> Option<bool> {
        match self.view.holds(when) {
            Some(true) => Some(false),
            Some(false) => None,
            None => {
                self.view.blame(when, &self.model.slots, &mut self.unknown);
                Some(true)
            }
        }
    }

    /// Finds the tiers that the message may have, and says the highest.
    fn tier(&mut self) -> Setting {
        let model = self.model;
        // Conditions in the risk table never read the tier, so the order of evaluation is safe.
        let mut certain = 0;
        let mut undecided = Vec::new();
        for (tier, when, _) in &model.risk {
            match self.view.holds(when) {
                Some(true) => certain = certain.max(*tier),
                Some(false) => {}
                None => undecided.push((*tier, when)),
            }
        }
        let mut highest = certain;
        let mut possible = vec![false; model.tiers.len()];
        for (tier, when) in undecided.into_iter().filter(|(tier, _)| *tier > certain) {
            self.view.blame(when, &model.slots, &mut self.unknown);
            highest = highest.max(tier);
            possible.get_mut(tier).into_iter().for_each(|possible| *possible = true);
        }
        possible.get_mut(certain).into_iter().for_each(|possible| *possible = true);
        let at = model
            .risk
            .iter()
            .filter(|(tier, when, _)| *tier == highest && self.view.holds(when) != Some(false))
            .map(|(_, _, at)| at.clone())
            .min();
        self.view.tiers = possible;
        Setting { value: model.tiers.get(highest).cloned().unwrap_or_default(), at, capped_by: None }
    }

    /// The settings that may be in force: the closest certain ones, and undecided ones that would be as close.
    fn closest<'s, T>(&mut self, settings: &'s [Scoped<T>]) -> Vec<(&'s Scoped<T>, bool)> {
        let best = settings.iter().filter(|one| self.view.holds(&one.when) == Some(true)).map(|one| one.rank).max();
        let mut result = Vec::new();
        for one in settings {
            match self.view.holds(&one.when) {
                Some(true) if Some(one.rank) == best => result.push((one, false)),
                None if best.is_none_or(|best| one.rank >= best) => {
                    self.view.blame(&one.when, &self.model.slots, &mut self.unknown);
                    result.push((one, true));
                }
                _ => {}
            }
        }
        result
    }

    fn mode(&mut self) -> (Setting, Settled) {
        let model = self.model;
        let mut chosen: Vec<(usize, bool, Option<&Location>, Option<&Location>)> = self
            .closest(&model.autonomy)
            .into_iter()
            .map(|(setting, uncertain)| (setting.value, uncertain, Some(&setting.at), None))
            .collect();
        if !chosen.iter().any(|(_, uncertain, ..)| !uncertain) {
            chosen.push((model.default_mode, false, None, None));
        }
        let setting_at = chosen.iter().find(|(_, uncertain, ..)| !uncertain).and_then(|(_, _, at, _)| *at);
        for cap in &model.caps {
            if let Some(uncertain) = self.matched(&cap.when) {
                chosen.push((cap.value, uncertain, setting_at, Some(&cap.at)));
            }
        }
        let mut candidates = Vec::new();
        for (mode, uncertain, ..) in &chosen {
            let Some(mode) = model.modes.get(*mode) else { continue };
            let many = self.view.tiers.iter().filter(|possible| **possible).count() > 1;
            for (tier, (demand, at)) in mode.table.iter().enumerate() {
                if self.view.tiers.get(tier) == Some(&true) {
                    let name = format!("{}.{}", mode.name, model.tiers.get(tier).map_or("", String::as_str));
                    candidates.push(Candidate { name, demand, at, uncertain: *uncertain || many });
                }
            }
        }
        let reason = self.strictest(RuleKind::Mode, candidates);
        let care = |mode: usize| model.modes.get(mode).map_or(0, crate::model::Mode::care);
        let best = chosen
            .iter()
            .max_by_key(|(mode, _, _, cap)| (care(*mode), cap.is_none(), std::cmp::Reverse(*mode)))
            .copied();
        let (mode, _, at, cap) = best.unwrap_or((model.default_mode, false, None, None));
        let value = model.modes.get(mode).map(|mode| mode.name.clone()).unwrap_or_default();
        (Setting { value, at: at.cloned(), capped_by: cap.cloned() }, reason)
    }

    fn band(&mut self) -> Settled {
        let model = self.model;
        let intent = match self.view.cells.get(model.core.intent) {
            Some(Cell::Name(name)) => model.intents.iter().position(|intent| intent.name == *name),
            _ => None,
        };
        let mut candidates = Vec::new();
        match intent {
            Some(number) => self.bands_of(number, &mut candidates),
            None => {
                self.unknown.insert("intent".to_owned());
                for (number, replies) in model.replies.iter().enumerate() {
                    let name = model.intents.get(number).map_or("", |intent| intent.name.as_str());
                    for reply in replies {
                        every_band(name, reply, &mut candidates);
                    }
                }
            }
        }
        self.strictest(RuleKind::Band, candidates)
    }

    fn bands_of<'s>(&mut self, intent: usize, candidates: &mut Vec<Candidate<'s>>)
    where
        'a: 's,
    {
        let model: &'a Model = self.model;
        let name = model.intents.get(intent).map_or("", |intent| intent.name.as_str());
        let confidence = match self.view.cells.get(model.core.confidence) {
            Some(Cell::Number(number)) => Some(*number),
            _ => None,
        };
        let replies = model.replies.get(intent).map_or(&[][..], Vec::as_slice);
        for (reply, uncertain) in self.closest(replies) {
            match confidence {
                Some(confidence) => {
                    let Bands { from, rest } = &reply.value;
                    let band = from.iter().find(|(_, least)| confidence >= *least).map_or(rest, |(demand, _)| demand);
                    candidates.push(Candidate { name: name.to_owned(), demand: band, at: &reply.at, uncertain });
                }
                None => {
                    if reply.value.from.iter().any(|(_, least)| *least > 0) {
                        self.unknown.insert("confidence".to_owned());
                    }
                    every_band(name, reply, candidates);
                }
            }
        }
    }

    fn action(&mut self) -> Settled {
        let model = self.model;
        let mut candidates = Vec::new();
        match self.view.cells.get(model.core.action).copied() {
            Some(Cell::Name(name)) => {
                let settings = model.actions.get(name).map_or(&[][..], Vec::as_slice);
                for (setting, uncertain) in self.closest(settings) {
                    candidates.push(Candidate {
                        name: name.to_owned(),
                        demand: &setting.value,
                        at: &setting.at,
                        uncertain,
                    });
                }
            }
            _ => {
                self.unknown.insert("action".to_owned());
                for (name, settings) in &model.actions {
                    candidates.extend(settings.iter().map(|setting| Candidate {
                        name: name.clone(),
                        demand: &setting.value,
                        at: &setting.at,
                        uncertain: true,
                    }));
                }
            }
        }
        self.strictest(RuleKind::Action, candidates)
    }

    /// The most careful of several candidates. Without any, a person must approve: nothing allows the reply.
    fn strictest(&self, kind: RuleKind, candidates: Vec<Candidate<'_>>) -> Settled {
        let settled = candidates.into_iter().map(|candidate| {
            let (outcome, release_ms) = self.settle(candidate.demand, self.facts.now_ms);
            let because = (outcome == Outcome::Send && candidate.demand.outcome > Outcome::Send)
                .then(|| if self.approved { "a person approved it" } else { "the hold is over" }.to_owned());
            let Candidate { name, at, uncertain, .. } = candidate;
            let (owner, ticket) = (None, None);
            Settled {
                reason: Reason { kind, name, outcome, at: at.clone(), because, owner, ticket, uncertain },
                release_ms,
            }
        });
        let careful = |settled: &Settled| {
            (
                settled.reason.outcome,
                settled.release_ms,
                !settled.reason.uncertain,
                std::cmp::Reverse(settled.reason.name.clone()),
            )
        };
        settled.max_by_key(careful).unwrap_or_else(|| {
            let outcome = if self.approved { Outcome::Send } else { Outcome::Approval };
            let because = Some("the policy says nothing about it".to_owned());
            let at = self.model.header.clone();
            Settled {
                reason: Reason {
                    kind,
                    name: "nothing".to_owned(),
                    outcome,
                    at,
                    because,
                    owner: None,
                    ticket: None,
                    uncertain: false,
                },
                release_ms: None,
            }
        })
    }

    /// What a demand comes to now: an approval that was given and a hold that is over demand nothing any more.
    fn settle(&self, demand: &Demand, from_ms: i64) -> (Outcome, Option<i64>) {
        let now = self.facts.now_ms;
        let start = self.facts.held_since_ms.unwrap_or(now);
        let outcome = match (demand.outcome, demand.release) {
            (Outcome::Hold, release) => {
                let release_ms = match release {
                    Some(Release::For(ms)) => Some(start.saturating_add(ms)),
                    Some(Release::Until(hours)) => self
                        .model
                        .hours
                        .get(hours)
                        .and_then(|hours| hours.next_inside(&self.model.zone, from_ms.max(now))),
                    None => None,
                };
                match release_ms {
                    Some(release) if release <= now => return (Outcome::Send, None),
                    Some(release) if release <= start.saturating_add(LONGEST_HOLD_MS) => {
                        return (Outcome::Hold, Some(release));
                    }
                    _ => Outcome::Approval,
                }
            }
            (outcome, _) => outcome,
        };
        if outcome == Outcome::Approval && self.approved { (Outcome::Send, None) } else { (outcome, None) }
    }

    /// Guards, limits and switches that match and still demand something.
    fn rules(&mut self) -> Vec<Settled> {
        let mut settled = Vec::new();
        for rule in &self.model.rules {
            let Some(uncertain) = self.matched(&rule.when) else { continue };
            let from_ms = match rule.kind {
                RuleKind::Limit => self.facts.over_until_ms.get(&rule.name).copied().unwrap_or(self.facts.now_ms),
                _ => self.facts.now_ms,
            };
            let (outcome, release_ms) = self.settle(&rule.demand, from_ms);
            if outcome > Outcome::Send {
                let (kind, name, at, because) = (rule.kind, rule.name.clone(), rule.at.clone(), rule.because.clone());
                let (owner, ticket) = (rule.tags.owner.clone(), rule.tags.ticket.clone());
                settled.push(Settled {
                    reason: Reason { kind, name, outcome, at, because, owner, ticket, uncertain },
                    release_ms,
                });
            }
        }
        settled
    }

    fn pauses(&mut self) -> Vec<Pause> {
        let mut pauses = Vec::new();
        for pause in &self.model.pauses {
            if self.matched(&pause.when).is_some() {
                pauses.push(Pause { name: pause.name.clone(), for_ms: pause.for_ms, at: pause.at.clone() });
            }
        }
        // Longest first; until resumed is the longest of all.
        let length = |pause: &Pause| std::cmp::Reverse(pause.for_ms.unwrap_or(i64::MAX));
        pauses.sort_by(|a, b| length(a).cmp(&length(b)).then_with(|| a.name.cmp(&b.name)));
        pauses
    }

    fn approvals(&mut self) -> ApprovalTerms {
        let model = self.model;
        let rules = &model.approvals;
        let mut two_people = false;
        for when in &rules.two_people {
            two_people |= self.matched(when).is_some();
        }
        ApprovalTerms {
            expire_after_ms: rules.expire.map(|(ms, _)| ms),
            then: rules.expire.map_or(Outcome::Escalate, |(_, then)| then),
            remind_after_ms: rules.remind_ms,
            team: rules.team.clone(),
            two_people,
            at: rules.at.clone(),
        }
    }

    fn undo(&mut self) -> i64 {
        let model = self.model;
        self.closest(&model.undo).into_iter().map(|(setting, _)| setting.value).max().unwrap_or(0)
    }

    fn route(&self) -> Route {
        let fitting = self.model.routes.iter().find(|(when, _)| self.view.holds(when) == Some(true));
        fitting.map_or(&self.model.otherwise, |(_, route)| route).clone()
    }

    /// Actions besides the reply that may be done on their own, if the intent is known.
    fn also_do(&mut self) -> Vec<String> {
        let model = self.model;
        let Some(Cell::Name(name)) = self.view.cells.get(model.core.intent).copied() else { return Vec::new() };
        let Some(intent) = model.intents.iter().find(|intent| intent.name == name) else { return Vec::new() };
        let mut allowed = Vec::new();
        for action in &intent.also {
            let settings = model.actions.get(action).map_or(&[][..], Vec::as_slice);
            let closest = self.closest(settings);
            if !closest.is_empty() && closest.iter().all(|(setting, _)| setting.value.outcome == Outcome::Send) {
                allowed.push(action.clone());
            }
        }
        allowed
    }
}

/// Every outcome that a `reply` line can give: the confidence or the intent is not known.
fn every_band<'s>(name: &str, reply: &'s Scoped<Bands>, candidates: &mut Vec<Candidate<'s>>) {
    let demands = reply.value.from.iter().map(|(demand, _)| demand).chain([&reply.value.rest]);
    candidates.extend(demands.map(|demand| Candidate {
        name: name.to_owned(),
        demand,
        at: &reply.at,
        uncertain: true,
    }));
}
