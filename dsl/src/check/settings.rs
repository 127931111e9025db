//! Settings: modes, autonomy, undo, actions, replies, routing, approvals, sweeps.

use std::collections::BTreeMap;

use super::{Checker, Sort, items};
use crate::ast::{ApprovalPart, At, ItemKind, OutcomeWord, Reply, Scope, Target, Word};
use crate::cron::{self, CronError, Sweep};
use crate::load::{File, Role};
use crate::model::{Bands, Demand, Mode, Scoped};
use crate::source::Finding;
use crate::verdict::{Outcome, Route};
use crate::vocabulary::{PICKS, PRIORITIES, SWEEP_JOBS};

/// Finds settings whose scopes are the same.
#[derive(Default)]
struct Scopes(BTreeMap<(String, Vec<(u8, String)>), At>);

impl Scopes {
    fn add(&mut self, checker: &mut Checker<'_>, what: &str, scope: &Scope, at: At) {
        let mut key: Vec<(u8, String)> =
            scope.items.iter().map(|(kind, name)| (*kind as u8, name.text.clone())).collect();
        key.sort();
        if let Some(first) = self.0.insert((what.to_owned(), key), at) {
            let message = format!("{what} is set twice for the same scope");
            checker.report(Finding::new("R0111", at, message).label(first, "set here first").hint("keep one of them"));
        }
    }
}

impl Checker<'_> {
    pub(super) fn settings(&mut self, files: &[File]) {
        self.modes(files);
        let mut scopes = Scopes::default();
        let mut has_route = None;
        for (file, kind, at) in items(files) {
            match kind {
                ItemKind::Autonomy { cap, mode, scope } => {
                    if !*cap && !self.only_root(file, at, "the autonomy setting") {
                        continue;
                    }
                    scopes.add(self, if *cap { "the autonomy cap" } else { "the autonomy" }, scope, at);
                    if !self.known(Sort::Mode, mode) {
                        continue;
                    }
                    let Some(value) = self.model.modes.iter().position(|one| one.name == mode.text) else { continue };
                    let (rank, when) = self.scope(scope);
                    let scoped = Scoped { rank, when, value, at: self.location(at) };
                    if *cap { self.model.caps.push(scoped) } else { self.model.autonomy.push(scoped) }
                }
                ItemKind::Undo { ms, scope } => {
                    let taken = self.only_root(file, at, "the undo time");
                    if taken {
                        scopes.add(self, "the undo time", scope, at);
                        let (rank, when) = self.scope(scope);
                        self.model.undo.push(Scoped { rank, when, value: *ms, at: self.location(at) });
                    }
                }
                ItemKind::Route { rows, otherwise } => {
                    if !self.only_root(file, at, "the route") {
                        continue;
                    }
                    if let Some(first) = has_route.replace(at) {
                        self.report(
                            Finding::new("R0111", at, "there are two route tables")
                                .label(first, "the first one")
                                .hint("move the rows into one: their order counts"),
                        );
                    }
                    self.route(rows, otherwise);
                }
                ItemKind::Approvals(parts) => {
                    let taken = self.only_root(file, at, "the approvals");
                    if taken {
                        self.approvals(parts, at);
                    }
                }
                ItemKind::Sweep { name, job, cron } => {
                    let taken = self.only_root(file, at, "the sweep");
                    if taken {
                        self.fixed("a sweep has no job", job, &SWEEP_JOBS);
                        self.sweep(name, job, cron);
                    }
                }
                _ => {}
            }
        }
        self.actions(files);
        self.replies(files);
    }

    fn modes(&mut self, files: &[File]) {
        for (_, kind, _) in items(files) {
            let ItemKind::Mode { name, rows } = kind else { continue };
            let here = self.symbols.get(&(Sort::Mode, name.text.clone())).is_some_and(|symbol| symbol.at == name.at);
            if !here {
                continue; // replaced by the policy, or reported as declared twice
            }
            let mut table: Vec<Option<(Demand, At)>> = vec![None; self.model.tiers.len()];
            for (tiers, outcome) in rows {
                let demand = self.demand(outcome);
                for tier in tiers {
                    let Some(number) = self.tier_number(tier) else { continue };
                    let Some(cell) = table.get_mut(number) else { continue };
                    if let Some((_, first)) = cell.replace((demand.clone(), tier.at)) {
                        let message = format!("the mode `{}` names the tier `{}` twice", name.text, tier.text);
                        let finding = Finding::new("R0112", tier.at, message).label(first, "named here first");
                        self.report(finding.hint("keep one of them"));
                    }
                }
            }
            let missing: Vec<String> = self
                .model
                .tiers
                .iter()
                .zip(&table)
                .filter(|(_, cell)| cell.is_none())
                .map(|(tier, _)| tier.clone())
                .collect();
            if !missing.is_empty() && !self.broken.may_hide(Sort::Tier) {
                let message = format!("the mode `{}` says nothing about: {}", name.text, missing.join(", "));
                self.report(Finding::new("R0112", name.at, message).hint("give every tier an outcome"));
            }
            let careful = || (Demand { outcome: Outcome::Escalate, release: None }, name.at);
            let table = table
                .into_iter()
                .map(|cell| cell.unwrap_or_else(careful))
                .map(|(demand, at)| (demand, self.location(at)))
                .collect();
            self.model.modes.push(Mode { name: name.text.clone(), table });
        }
        // By name, so that of two modes with equal care the same one is named in whatever order they stand.
        self.model.modes.sort_by(|one, other| one.name.cmp(&other.name));
        let assisted = self.model.modes.iter().position(|mode| mode.name == "assisted");
        let strictest = (0..self.model.modes.len()).max_by_key(|mode| self.model.modes.get(*mode).map(Mode::care));
        self.model.default_mode = assisted.or(strictest).unwrap_or(0);
        if self.model.modes.is_empty() && !self.broken.may_hide(Sort::Mode) {
            // Only a root file that replaces the tiers takes the built-in modes away.
            let tiers =
                items(files).filter(|(file, kind, _)| file.role == Role::Root && matches!(kind, ItemKind::Tiers(_)));
            for (_, _, at) in tiers {
                let message = "new tiers need at least one `mode` table that speaks about them";
                let hint = format!("add one: `mode careful {{ {} approval }}`", self.model.tiers.join(", "));
                self.report(Finding::new("R0112", at, message).hint(hint));
            }
        }
    }

    /// Every action has a setting without scope: the root file's, else that of `std/base`, else approval.
    fn actions(&mut self, files: &[File]) {
        let mut scopes = Scopes::default();
        for (file, kind, at) in items(files) {
            let ItemKind::Actions(rows) = kind else { continue };
            if file.role == Role::Import && !self.only_root(file, at, "the action settings") {
                continue;
            }
            for (name, outcome, scope) in rows {
                let demand = self.demand(outcome);
                let (rank, when) = self.scope(scope);
                let settings = self.model.actions.entry(name.text.clone()).or_default();
                if file.role == Role::Root && rank == 0 {
                    settings.retain(|setting| !setting.at.file.starts_with("std/"));
                }
                let scoped = Scoped { rank, when, value: demand, at: self.sources.location(name.at) };
                self.model.actions.entry(name.text.clone()).or_default().push(scoped);
                if file.role == Role::Root {
                    scopes.add(self, &format!("the action `{}`", name.text), scope, name.at);
                }
            }
        }
        let header = self.model.header.clone();
        for settings in self.model.actions.values_mut() {
            if settings.iter().all(|setting| setting.rank != 0) {
                let value = Demand { outcome: Outcome::Approval, release: None };
                let at = settings.first().map_or_else(|| header.clone(), |setting| setting.at.clone());
                settings.push(Scoped { rank: 0, when: crate::condition::Expr::always(), value, at });
            }
        }
    }

    /// Every intent has a reply without scope; where the file has none it is approval.
    fn replies(&mut self, files: &[File]) {
        let mut by_intent: BTreeMap<String, Vec<Scoped<Bands>>> = BTreeMap::new();
        // What only adds examples says nothing about replies, unless it is all there is.
        let packs = || items(files).filter(|(file, kind, _)| super::is_pack(file.role, kind));
        let others = items(files).filter(|(file, kind, _)| !super::is_pack(file.role, kind));
        for (_, kind, _) in others.chain(packs()) {
            let ItemKind::Intent { name, replies, also, .. } = kind else { continue };
            for action in also {
                self.known(Sort::Action, action);
            }
            let mut scopes = Scopes::default();
            let mut lines = Vec::new();
            for reply in replies {
                scopes.add(self, &format!("the reply of `{}`", name.text), &reply.scope, reply.at);
                let value = self.bands(reply);
                let (rank, when) = self.scope(&reply.scope);
                lines.push(Scoped { rank, when, value, at: self.location(reply.at) });
            }
            if lines.iter().all(|line| line.rank != 0) {
                let rest = Demand { outcome: Outcome::Approval, release: None };
                let value = Bands { from: Vec::new(), rest };
                lines.push(Scoped {
                    rank: 0,
                    when: crate::condition::Expr::always(),
                    value,
                    at: self.location(name.at),
                });
            }
            by_intent.entry(name.text.clone()).or_insert(lines);
        }
        self.model.replies =
            self.model.intents.iter().map(|intent| by_intent.remove(&intent.name).unwrap_or_default()).collect();
    }

    fn bands(&mut self, reply: &Reply) -> Bands {
        let mut from = Vec::new();
        let mut rest: Option<Demand> = None;
        let mut before: Option<(&OutcomeWord, i64)> = None;
        for (outcome, threshold) in &reply.bands {
            let demand = self.demand(outcome);
            if rest.is_some() {
                let message = "this can never be reached: the step before it has no threshold";
                self.report(
                    Finding::new("R0109", outcome.at, message).hint("give it `from NUMBER`, or leave this out"),
                );
            }
            if let Some((earlier, least)) = before {
                if threshold.is_some_and(|number| number.thousandths >= least) {
                    let at = threshold.map_or(outcome.at, |number| number.at);
                    self.report(
                        Finding::new("R0109", at, "thresholds must fall from left to right")
                            .label(earlier.at, "this comes first")
                            .hint("write the step with the largest number first"),
                    );
                }
                self.more_careful(earlier, outcome);
            }
            match threshold {
                Some(number) => {
                    self.in_range(*number, 0, 1000, "a confidence");
                    before = Some((outcome, number.thousandths));
                    from.push((demand, number.thousandths));
                }
                None => {
                    before = Some((outcome, 0));
                    rest = Some(demand);
                }
            }
        }
        if let Some(otherwise) = &reply.otherwise {
            let demand = self.demand(otherwise);
            if rest.is_some() {
                let message = "this `else` can never be reached: the step before it has no threshold";
                let hint = "give the step before it `from NUMBER`, or leave the `else` out";
                self.report(Finding::new("R0109", otherwise.at, message).hint(hint));
            } else if let Some((earlier, _)) = before {
                self.more_careful(earlier, otherwise);
            }
            rest.get_or_insert(demand);
        }
        // Below the last threshold a person decides, unless the last band is more careful already.
        let last = from.last().map(|(demand, _)| demand.clone());
        let rest = rest.unwrap_or_else(|| match last {
            Some(last) if last.outcome > Outcome::Approval => last,
            _ => Demand { outcome: Outcome::Approval, release: None },
        });
        Bands { from, rest }
    }

    fn more_careful(&mut self, earlier: &OutcomeWord, later: &OutcomeWord) {
        if later.outcome < earlier.outcome {
            let message = format!(
                "`{}` is freer than `{}` before it, for a reply that is less sure",
                later.outcome, earlier.outcome
            );
            let hint = "outcomes become more careful from left to right: send, hold, approval, off, escalate";
            self.report(
                Finding::new("R0109", later.at, message).label(earlier.at, "more careful than what follows").hint(hint),
            );
        }
    }

    fn route(&mut self, rows: &[(Word, Target, crate::ast::Cond)], otherwise: &(Target, At)) {
        let mut names: BTreeMap<String, At> = BTreeMap::new();
        for (name, target, when) in rows {
            if let Some(first) = names.insert(name.text.clone(), name.at) {
                let message = format!("two rows are named `{}`", name.text);
                let finding = Finding::new("R0105", name.at, message).label(first, "the first one");
                self.report(finding.hint("rename one: a decision names the row that it took"));
            }
            let route = self.target(&name.text, name.at, target);
            let when = self.condition(when);
            self.model.routes.push((when, route));
        }
        self.model.otherwise = self.target("otherwise", otherwise.1, &otherwise.0);
    }

    fn target(&mut self, row: &str, at: At, target: &Target) -> Route {
        if target.to_team {
            self.known(Sort::Team, &target.to);
        }
        if let Some(pick) = &target.pick {
            self.fixed("a team cannot pick somebody by", pick, &PICKS);
        }
        if let Some(priority) = &target.priority {
            self.fixed("there is no priority", priority, &PRIORITIES);
        }
        let text = |word: &Option<Word>| word.as_ref().map(|word| word.text.clone());
        Route {
            row: row.to_owned(),
            team: target.to_team.then(|| target.to.text.clone()),
            person: (!target.to_team).then(|| target.to.text.clone()),
            skill: text(&target.skill),
            pick: text(&target.pick),
            priority: text(&target.priority),
            sla_ms: target.sla_ms,
            at: self.location(at),
        }
    }

    fn approvals(&mut self, parts: &[ApprovalPart], at: At) {
        if self.model.approvals.at.is_some() {
            self.report(Finding::new("R0111", at, "there are two `approvals` blocks").hint("join them"));
        }
        self.model.approvals.at = Some(self.location(at));
        for part in parts {
            let twice = match part {
                ApprovalPart::Expire { after_ms, then, at } => {
                    self.model.approvals.expire.replace((*after_ms, *then)).map(|_| *at)
                }
                ApprovalPart::Remind { after_ms, at } => self.model.approvals.remind_ms.replace(*after_ms).map(|_| *at),
                ApprovalPart::Approvers(team) => {
                    self.known(Sort::Team, team);
                    self.model.approvals.team.replace(team.text.clone()).map(|_| team.at)
                }
                ApprovalPart::TwoPeople(when) => {
                    let when = self.condition(when);
                    self.model.approvals.two_people.push(when);
                    None
                }
            };
            if let Some(at) = twice {
                let message = "this is said twice in one `approvals` block";
                self.report(Finding::new("R0111", at, message).hint("keep one of them"));
            }
        }
    }

    fn sweep(&mut self, name: &Word, job: &Word, text: &Word) {
        match cron::read(&text.text) {
            Ok(times) => {
                let at = self.location(name.at);
                let zone = (self.model.timezone.as_str(), self.model.zone.clone());
                let sweep = Sweep::new(&name.text, &job.text, &text.text, times, zone, at);
                self.model.sweeps.push(sweep);
            }
            Err(CronError::NumericWeekday(named)) => {
                let finding = Finding::new("R0106", text.at, "weekdays are names here, not numbers");
                self.report(finding.hint(format!("write \"{named}\"")).fix(format!("\"{named}\"")));
            }
            Err(CronError::Other(reason)) => {
                let hint = "five fields: minute hour day month weekday, such as \"*/15 * * * mon-fri\"";
                self.report(
                    Finding::new("R0107", text.at, format!("this cron text cannot be read: {reason}")).hint(hint),
                );
            }
        }
    }
}
