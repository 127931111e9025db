//! A decision in words: the same [`Verdict`] that `eval.rs` gives.

use super::bits::Span;
use super::settle::{Pick, Settled, Sight, Source};
use crate::model::{Demand, Model};
use crate::verdict::{ApprovalTerms, Location, Outcome, Pause, Reason, Route, RuleKind, Setting, Verdict};

impl<'s> Sight<'s> {
    pub(crate) fn verdict(&self, settled: &Settled) -> Verdict {
        let (mut deciding, mut also) = (Vec::new(), Vec::new());
        let mut add = |reason: Reason| {
            if reason.outcome == settled.outcome {
                deciding.push(reason);
            } else if reason.outcome > Outcome::Send {
                also.push(reason);
            }
        };
        for (number, outcome, uncertain) in self.matched_rules() {
            if let Some(rule) = self.model.rules.get(number) {
                let (name, at, because) = (rule.name.clone(), rule.at.clone(), rule.because.clone());
                let (owner, ticket) = (rule.tags.owner.clone(), rule.tags.ticket.clone());
                add(Reason { kind: rule.kind, name, outcome, at, because, owner, ticket, uncertain });
            }
        }
        for (kind, pick) in [RuleKind::Mode, RuleKind::Band, RuleKind::Action].into_iter().zip(&settled.picks) {
            add(self.reason(kind, pick));
        }
        deciding.sort();
        also.sort_by(|a, b| b.outcome.cmp(&a.outcome).then_with(|| a.cmp(b)));
        Verdict {
            outcome: settled.outcome,
            deciding,
            also,
            mode: self.mode_setting(settled),
            tier: self.tier_setting(),
            hold_until_ms: settled.hold_until_ms,
            undo_ms: settled.undo_ms,
            route: self.route(settled).clone(),
            pauses: self.pauses(),
            approvals: self.approvals(settled),
            unknown: self.unknown(),
            also_do: self.also_do(),
        }
    }

    /// The lines of a stretch that may hold, each once: its number, and whether it surely holds. `of` says of each bit
    /// to which line it belongs; the bits of a line are neighbours.
    pub(crate) fn lines<'l>(&'l self, span: Span, of: &'l [u32]) -> impl Iterator<Item = (usize, bool)> + use<'l, 's> {
        let line = move |bit: usize| of.get(bit - span.start).copied();
        let mut bits = self.possible.iter(span).peekable();
        std::iter::from_fn(move || {
            let bit = bits.next()?;
            let number = line(bit)?;
            let mut certain = self.certain.get(bit);
            while let Some(next) = bits.next_if(|next| line(*next) == Some(number)) {
                certain |= self.certain.get(next);
            }
            Some((number as usize, certain))
        })
    }

    /// The guards, limits and switches that match and still demand something: number, demand, undecided.
    pub(crate) fn matched_rules<'l>(&'l self) -> impl Iterator<Item = (usize, Outcome, bool)> + use<'l, 's> {
        let lines = self.lines(self.program.all_rules, &self.program.rule_of);
        let settled = lines.map(|(rule, certain)| (rule, self.settle_rule(rule).0, !certain));
        settled.filter(|(_, outcome, _)| *outcome > Outcome::Send)
    }

    fn demand_of(&self, source: Source) -> Option<(String, &Demand, &Location)> {
        let model = self.model;
        match source {
            Source::Nothing => None,
            Source::Mode(mode, tier) => {
                let mode = model.modes.get(mode)?;
                let (demand, at) = mode.table.get(tier)?;
                Some((format!("{}.{}", mode.name, model.tiers.get(tier).map_or("", String::as_str)), demand, at))
            }
            Source::Band(intent, number, band) => {
                let reply = model.replies.get(intent)?.get(number)?;
                let demand = reply.value.from.get(band).map_or(&reply.value.rest, |(demand, _)| demand);
                let name = model.intents.get(intent).map(|intent| intent.name.clone()).unwrap_or_default();
                Some((name, demand, &reply.at))
            }
            Source::Action(action, number) => {
                let (name, settings) = model.actions.iter().nth(action)?;
                let setting = settings.get(number)?;
                Some((name.clone(), &setting.value, &setting.at))
            }
        }
    }

    fn reason(&self, kind: RuleKind, pick: &Pick) -> Reason {
        let (outcome, uncertain) = (pick.outcome, pick.uncertain);
        // Only a guard, a limit or a switch has annotations.
        let (owner, ticket) = (None, None);
        let Some((name, demand, at)) = self.demand_of(pick.source) else {
            let because = Some("the policy says nothing about it".to_owned());
            let at = self.model.header.clone();
            return Reason { kind, name: "nothing".to_owned(), outcome, at, because, owner, ticket, uncertain };
        };
        let cancelled = outcome == Outcome::Send && demand.outcome > Outcome::Send;
        let why = if self.core.approved { "a person approved it" } else { "the hold is over" };
        let because = cancelled.then(|| why.to_owned());
        Reason { kind, name, outcome, at: at.clone(), because, owner, ticket, uncertain }
    }

    fn mode_setting(&self, settled: &Settled) -> Setting {
        let setting = settled.chosen.setting.and_then(|number| self.model.autonomy.get(number));
        let cap = settled.chosen.cap.and_then(|number| self.model.caps.get(number));
        Setting {
            value: self.model.modes.get(settled.chosen.mode).map(|mode| mode.name.clone()).unwrap_or_default(),
            at: setting.map(|setting| setting.at.clone()),
            capped_by: cap.map(|cap| cap.at.clone()),
        }
    }

    fn tier_setting(&self) -> Setting {
        let risk = self.program.risk;
        let line = self.possible.first(risk).and_then(|bit| self.program.risk_of.get(bit - risk.start));
        Setting {
            value: self.model.tiers.get(self.core.tier).cloned().unwrap_or_default(),
            at: line.and_then(|line| self.model.risk.get(*line as usize)).map(|(.., at)| at.clone()),
            capped_by: None,
        }
    }

    pub(crate) fn route(&self, settled: &Settled) -> &Route {
        let row = settled.route.and_then(|row| self.model.routes.get(row));
        row.map_or(&self.model.otherwise, |(_, route)| route)
    }

    fn pauses(&self) -> Vec<Pause> {
        let lines = self.lines(self.program.pauses, &self.program.pause_of);
        let pauses = lines.filter_map(|(number, _)| self.model.pauses.get(number));
        pauses.map(|pause| Pause { name: pause.name.clone(), for_ms: pause.for_ms, at: pause.at.clone() }).collect()
    }

    fn approvals(&self, settled: &Settled) -> ApprovalTerms {
        let rules = &self.model.approvals;
        ApprovalTerms {
            expire_after_ms: rules.expire.map(|(ms, _)| ms),
            then: rules.expire.map_or(Outcome::Escalate, |(_, then)| then),
            remind_after_ms: rules.remind_ms,
            team: rules.team.clone(),
            two_people: settled.two_people,
            at: rules.at.clone(),
        }
    }

    /// The actions besides the reply that the intent asks for.
    pub(crate) fn also_actions(&self) -> &'s [String] {
        let intent = self.core.intent.and_then(|intent| self.model.intents.get(intent));
        intent.map_or(&[], |intent| intent.also.as_slice())
    }

    /// Those of them that may be done on their own.
    fn also_do(&self) -> Vec<String> {
        let mut allowed = Vec::new();
        for action in self.also_actions() {
            let found = self.model.actions.keys().zip(&self.program.actions).find(|(name, _)| *name == action);
            let Some((_, (ladder, demands))) = found else { continue };
            let mut closest = self.closest(ladder).filter_map(|(number, _)| demands.get(number)).peekable();
            if closest.peek().is_some() && closest.all(|demand| demand.outcome == Outcome::Send) {
                allowed.push(action.clone());
            }
        }
        allowed
    }
}

/// The name of the rule that a demand comes from, as in its [`Reason`], in three pieces.
pub(crate) fn name_of(model: &Model, source: Source) -> [&str; 3] {
    let nothing = ["nothing", "", ""];
    match source {
        Source::Nothing => nothing,
        Source::Mode(mode, tier) => model
            .modes
            .get(mode)
            .filter(|mode| mode.table.get(tier).is_some())
            .map_or(nothing, |mode| [&mode.name, ".", model.tiers.get(tier).map_or("", String::as_str)]),
        Source::Band(intent, ..) => model.intents.get(intent).map_or(nothing, |intent| [&intent.name, "", ""]),
        Source::Action(action, _) => model.actions.keys().nth(action).map_or(nothing, |name| [name, "", ""]),
    }
}
