//! R0209 and R0213: declarations that nothing uses, and actions that are probably mistyped.

use std::collections::{BTreeMap, BTreeSet};

use super::Seen;
use crate::ast::{ApprovalPart, Claim, Cond, HoldWord, Item, ItemKind, OutcomeWord, Scope, ScopeKind, Target, Word};
use crate::check::Sort;
use crate::load::Role;
use crate::source::Finding;
use crate::vocabulary::ACTIONS;

/// Names that something other than a test speaks about.
#[derive(Default)]
struct Uses(BTreeSet<(Sort, String)>);

impl Seen<'_> {
    /// Intents, agents, limits, switches and pauses do something by being declared. A test alone is no use.
    pub(super) fn unused(&self, found: &mut Vec<Finding>) {
        let mut uses = Uses::default();
        for (_, item) in self.all() {
            uses.item(item);
        }
        for item in self.own() {
            let (sort, key, name) = match &item.kind {
                ItemKind::Segment { name, .. } => (Sort::Segment, name.text.clone(), name),
                ItemKind::Team { name, .. } => (Sort::Team, name.text.clone(), name),
                ItemKind::Fact { path, .. } => (Sort::Fact, path.text.clone(), path),
                ItemKind::Calendar { name, .. } => (Sort::Calendar, name.text.clone(), name),
                ItemKind::Hours { name, .. } => (Sort::Hours, name.text.clone(), name),
                ItemKind::Detector { name, subject, .. } => {
                    (Sort::Detector, format!("{}.{}", subject.as_str(), name.text), name)
                }
                ItemKind::Script { name, .. } => (Sort::Script, name.text.clone(), name),
                ItemKind::Certificate { name, .. } => (Sort::Certificate, name.text.clone(), name),
                // A mode that replaces one of `std/base` has been noted, and may be the default.
                ItemKind::Mode { name, .. } if !self.built_in_modes().contains(&name.text.as_str()) => {
                    (Sort::Mode, name.text.clone(), name)
                }
                _ => continue,
            };
            if !uses.0.contains(&(sort, key)) {
                let message = format!("nothing uses the {} `{}`", sort.word(), name.text);
                found.push(Finding::new("R0209", name.at, message).hint(how_to_use(sort, &name.text)));
            }
        }
        self.unused_imports(&uses, found);
    }

    /// Setting an action declares it. One letter off, a setting meant for a built-in action does nothing to it.
    pub(super) fn mistyped_actions(&self, found: &mut Vec<Finding>) {
        for item in self.own() {
            let ItemKind::Actions(rows) = &item.kind else { continue };
            for (name, ..) in rows.iter().filter(|(name, ..)| !ACTIONS.contains(&name.text.as_str())) {
                let built_in = ACTIONS.iter().find(|one| strsim::damerau_levenshtein(one, &name.text) == 1);
                if let Some(built_in) = built_in {
                    let message =
                        format!("`{}` is an action of its own, and one letter away from `{built_in}`", name.text);
                    let hint = format!("did you mean `{built_in}`? As it stands, that action is not set here");
                    let title = format!("write `{built_in}`");
                    found.push(Finding::new("R0213", name.at, message).hint(hint).offer(title, name.at, *built_in));
                }
            }
        }
    }

    fn built_in_modes(&self) -> Vec<&str> {
        let base = self.files.iter().filter(|file| file.role == Role::Base).flat_map(|file| &file.tree.items);
        base.filter_map(|item| match &item.kind {
            ItemKind::Mode { name, .. } => Some(name.text.as_str()),
            _ => None,
        })
        .collect()
    }

    /// An import of which nothing is used and which brings no rules of its own. `std/base` may always be named.
    fn unused_imports(&self, uses: &Uses, found: &mut Vec<Finding>) {
        let mut declared: BTreeMap<u32, BTreeSet<&(Sort, String)>> = BTreeMap::new();
        for (name, symbol) in self.symbols {
            declared.entry(symbol.at.file).or_default().insert(name);
        }
        for item in self.own() {
            let ItemKind::Import(path) = &item.kind else { continue };
            let name = path.text.trim_start_matches("./");
            let Some(number) = self.sources.number_of(name) else { continue };
            let file = self.files.iter().find(|file| file.number == number && file.role == Role::Import);
            let Some(file) = file else { continue };
            let only_words = file.tree.items.iter().all(|item| {
                matches!(
                    item.kind,
                    ItemKind::Segment { .. }
                        | ItemKind::Team { .. }
                        | ItemKind::Fact { .. }
                        | ItemKind::Calendar { .. }
                        | ItemKind::Hours { .. }
                        | ItemKind::Detector { .. }
                        | ItemKind::Script { .. }
                        | ItemKind::Certificate { .. }
                        | ItemKind::Mode { .. }
                )
            });
            let used = declared.get(&number).is_some_and(|names| names.iter().any(|name| uses.0.contains(name)));
            if only_words && !used {
                let message = format!("nothing that `{}` declares is used", path.text);
                let finding = Finding::new("R0209", path.at, message);
                found.push(finding.hint("remove the import, or use what it declares").edit(
                    "remove the import",
                    item.at,
                    "",
                ));
            }
        }
    }
}

fn how_to_use(sort: Sort, name: &str) -> String {
    let use_it = match sort {
        Sort::Segment => format!("ask for it with `contact in {name}`"),
        Sort::Team => format!("send messages to it with `to team {name}` in the `route` table"),
        Sort::Calendar => format!("leave its days out of an `hours` block with `except {name}`"),
        Sort::Hours => format!("ask for it with `during {name}`"),
        Sort::Detector => format!("ask for it with `detects {name}`"),
        Sort::Script => format!("ask for it with `script {name}`"),
        Sort::Certificate => format!("ask for it with `not certified {name} at 5%` in a guard"),
        Sort::Mode => format!("choose it with `autonomy {name}`"),
        _ => "ask for it in the condition of a rule".to_owned(),
    };
    format!("{use_it}, or remove the declaration")
}

impl Uses {
    fn add(&mut self, sort: Sort, name: &Word) {
        self.0.insert((sort, name.text.clone()));
    }

    fn item(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Autonomy { mode, scope, .. } => {
                self.add(Sort::Mode, mode);
                self.scope(scope);
            }
            ItemKind::Undo { scope, .. } => self.scope(scope),
            ItemKind::Mode { rows, .. } => rows.iter().for_each(|(_, outcome)| self.outcome(outcome)),
            ItemKind::Team { during: Some(hours), .. } => self.add(Sort::Hours, hours),
            ItemKind::Hours { except, .. } => except.iter().for_each(|calendar| self.add(Sort::Calendar, calendar)),
            ItemKind::Script { inputs, .. } => inputs.iter().for_each(|input| self.add(Sort::Fact, input)),
            ItemKind::Actions(rows) => {
                for (_, outcome, scope) in rows {
                    self.outcome(outcome);
                    self.scope(scope);
                }
            }
            ItemKind::Intent { replies, drafts, .. } => {
                for part in drafts.iter().flat_map(|draft| &draft.parts) {
                    self.0.insert((Sort::Detector, format!("draft.{}", part.text)));
                }
                for reply in replies {
                    reply.bands.iter().for_each(|(outcome, _)| self.outcome(outcome));
                    reply.otherwise.iter().for_each(|outcome| self.outcome(outcome));
                    self.scope(&reply.scope);
                }
            }
            ItemKind::Risk(rows) => rows.iter().for_each(|(_, when, _)| self.cond(when)),
            ItemKind::Switch { outcome, scope, .. } | ItemKind::Limit { outcome, scope, .. } => {
                self.outcome(outcome);
                self.scope(scope);
            }
            ItemKind::Pause { when, .. } => self.cond(when),
            ItemKind::Guard { outcome, when, .. } => {
                self.outcome(outcome);
                self.cond(when);
            }
            ItemKind::Route { rows, otherwise } => {
                for (_, target, when) in rows {
                    self.target(target);
                    self.cond(when);
                }
                self.target(&otherwise.0);
            }
            ItemKind::Approvals(parts) => {
                for part in parts {
                    match part {
                        ApprovalPart::Approvers(team) => self.add(Sort::Team, team),
                        ApprovalPart::TwoPeople(when) => self.cond(when),
                        ApprovalPart::Expire { .. } | ApprovalPart::Remind { .. } => {}
                    }
                }
            }
            ItemKind::Claim(claim) => match claim {
                Claim::NeverSend { when, .. } => self.cond(when),
                Claim::Always { outcome, when, .. } => {
                    self.outcome(outcome);
                    self.cond(when);
                }
                Claim::AlwaysRoute { to_team, to, when } => {
                    if *to_team {
                        self.add(Sort::Team, to);
                    }
                    self.cond(when);
                }
            },
            _ => {}
        }
    }

    fn outcome(&mut self, outcome: &OutcomeWord) {
        if let Some(HoldWord::Until(hours)) = &outcome.hold {
            self.add(Sort::Hours, hours);
        }
    }

    fn target(&mut self, target: &Target) {
        if target.to_team {
            self.add(Sort::Team, &target.to);
        }
    }

    fn scope(&mut self, scope: &Scope) {
        for (_, name) in scope.items.iter().filter(|(kind, _)| *kind == ScopeKind::Segment) {
            self.add(Sort::Segment, name);
        }
    }

    fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::All(parts) | Cond::Any(parts) => parts.iter().for_each(|part| self.cond(part)),
            Cond::Not(inner) => self.cond(inner),
            Cond::Detects { subject, names } => {
                for name in names {
                    self.0.insert((Sort::Detector, format!("{}.{}", subject.as_str(), name.text)));
                }
            }
            Cond::Member(names) => names.iter().for_each(|name| self.add(Sort::Segment, name)),
            Cond::During { hours, .. } => self.add(Sort::Hours, hours),
            Cond::Script { name, .. } => self.add(Sort::Script, name),
            Cond::Certified { name, .. } => self.add(Sort::Certificate, name),
            Cond::Is { path, .. }
            | Cond::In { path, .. }
            | Cond::CompareNumber { path, .. }
            | Cond::CompareName { path, .. }
            | Cond::Truth(path) => self.add(Sort::Fact, path),
            Cond::Over(_) | Cond::Switch(_) => {}
        }
    }
}
