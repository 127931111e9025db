//! Restrictions: risk, switches, limits, pauses, guards. And claims, which are proved later.

use super::{Checker, Sort, items};
use crate::ast::{At, Claim, ItemKind, Per, Word};
use crate::condition::{Expr, Kind};
use crate::load::{File, Role};
use crate::model::{ClaimKind, PauseRule, Rule};
use crate::policy::{Limit, Window};
use crate::source::Finding;
use crate::verdict::RuleKind;
use crate::vocabulary::{LIMIT_PER, LIMIT_WHAT};

impl Checker<'_> {
    pub(super) fn rules(&mut self, files: &[File]) {
        for (file, kind, item) in items(files) {
            match kind {
                ItemKind::Risk(rows) => {
                    self.in_risk = true;
                    for (tier, when, at) in rows {
                        let when = self.condition(when);
                        if let Some(number) = self.tier_number(tier) {
                            self.model.risk.push((number, when, self.location(*at)));
                        }
                    }
                    self.in_risk = false;
                }
                ItemKind::Guard { name, outcome, when, because } => {
                    let kind = if file.role == Role::Base { RuleKind::Standard } else { RuleKind::Guard };
                    let (demand, when) = (self.demand(outcome), self.condition(when));
                    let because = because.as_ref().map(|text| text.text.clone());
                    let (at, tags) = (self.location(name.at), self.tags(item));
                    self.model.rules.push(Rule { kind, name: name.text.clone(), demand, when, because, tags, at });
                }
                ItemKind::Switch { name, outcome, scope, .. } => {
                    let slot = self.slot(&format!("switch:{}", name.text), Kind::YesNo, false);
                    let (demand, (_, scope)) = (self.demand(outcome), self.scope(scope));
                    let when = Expr::All(vec![Expr::Yes(slot), scope]);
                    let at = self.location(name.at);
                    let (kind, name) = (RuleKind::Switch, name.text.clone());
                    let tags = self.tags(item);
                    self.model.rules.push(Rule { kind, name, demand, when, because: None, tags, at });
                }
                ItemKind::Limit { name, count, what, per, window, outcome, scope } => {
                    let slot = self.slot(&format!("over:{}", name.text), Kind::YesNo, false);
                    let (demand, (_, scope)) = (self.demand(outcome), self.scope(scope));
                    let when = Expr::All(vec![Expr::Yes(slot), scope]);
                    let at = self.location(name.at);
                    self.fixed("a limit cannot count", what, &LIMIT_WHAT);
                    self.fixed("a limit cannot be kept for each", per, &LIMIT_PER);
                    let count = u32::try_from(count.thousandths / 1000).unwrap_or(u32::MAX);
                    let window = self.window(window, name);
                    self.model.limits.push(Limit {
                        name: name.text.clone(),
                        count,
                        what: what.text.clone(),
                        per: per.text.clone(),
                        window,
                        at: at.clone(),
                    });
                    let (kind, name) = (RuleKind::Limit, name.text.clone());
                    let tags = self.tags(item);
                    self.model.rules.push(Rule { kind, name, demand, when, because: None, tags, at });
                }
                ItemKind::Pause { name, for_ms, when } => {
                    let when = self.condition(when);
                    let at = self.location(name.at);
                    self.model.pauses.push(PauseRule { name: name.text.clone(), for_ms: *for_ms, when, at });
                }
                ItemKind::Claim(claim) => self.claim(claim, item),
                _ => {}
            }
        }
    }

    fn window(&mut self, window: &Per, limit: &Word) -> Window {
        match window {
            Per::Millis(0) => {
                let message = format!("the limit `{}` counts over no time at all", limit.text);
                self.report(
                    Finding::new("R0104", limit.at, message)
                        .hint("write `per day`, `per hour` or a time such as `per 10m`"),
                );
                Window::CalendarDay
            }
            Per::Millis(ms) => Window::Millis(*ms),
            Per::Named(word) => {
                self.fixed("a limit cannot count over one", word, &["day", "hour"]);
                if word.text == "hour" { Window::CalendarHour } else { Window::CalendarDay }
            }
        }
    }

    fn claim(&mut self, claim: &Claim, at: At) {
        let (kind, when) = match claim {
            Claim::NeverSend { now, when } => (ClaimKind::NeverSend { now: *now }, when),
            Claim::Always { at_least, outcome, when } => {
                if let Some(crate::ast::HoldWord::Until(hours)) = &outcome.hold {
                    self.known(Sort::Hours, hours);
                }
                (ClaimKind::Outcome { at_least: *at_least, outcome: outcome.outcome }, when)
            }
            Claim::AlwaysRoute { to_team, to, when } => {
                if *to_team {
                    self.known(Sort::Team, to);
                }
                (ClaimKind::Route { to_team: *to_team, to: to.text.clone() }, when)
            }
        };
        let when = self.condition(when);
        self.claim_places.push(at);
        let (text, at) = (self.sources.words(at), self.location(at));
        self.model.claims.push(crate::model::Claim { kind, when, text, at });
    }
}
