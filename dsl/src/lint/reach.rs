//! R0307, R0311 and R0313: what an automatic reply should have beside it.

use super::scopes::{names_of, outcome_at};
use super::{Seen, listed};
use crate::ast::{Cond, Item, ItemKind, Reply, Scope, ScopeKind, Word};
use crate::source::Finding;
use crate::verdict::Outcome;

/// A reply may leave without a person: at once, or after waiting.
fn is_automatic(outcome: Outcome) -> bool {
    outcome < Outcome::Approval
}

/// The `reply` line sends at the best confidence.
fn sends(reply: &Reply) -> bool {
    is_automatic(outcome_at(reply, 1000))
}

impl Seen<'_> {
    pub(super) fn automatic_replies(&self, found: &mut Vec<Finding>) {
        self.without_examples(found);
        let may_send: Vec<&str> = self.channels().into_iter().filter(|channel| self.may_send_on(channel)).collect();
        self.without_undo(&may_send, found);
        if !may_send.is_empty() {
            self.without_limit(found);
        }
    }

    fn without_examples(&self, found: &mut Vec<Finding>) {
        for item in self.own() {
            let ItemKind::Intent { name, examples, .. } = &item.kind else { continue };
            let known = |intent: &crate::policy::Intent| intent.name == name.text && !intent.examples.is_empty();
            if examples.is_empty() && name.text != "other" && !self.model.intents.iter().any(known) {
                let message =
                    format!("the intent `{}` has no examples, so the classifier never recognises it", name.text);
                let hint = "add `examples { \"...\" \"...\" }`: a dozen real messages, each worded differently";
                found.push(Finding::new("R0311", name.at, message).hint(hint));
            }
        }
    }

    /// Channels on which an AI agent of the policy answers. On the others nothing is ever sent.
    fn channels(&self) -> Vec<&str> {
        let mut channels: Vec<&str> =
            self.model.agents.iter().flat_map(|agent| &agent.channels).map(String::as_str).collect();
        channels.sort_unstable();
        channels.dedup();
        channels
    }

    /// Whether the settings leave a way to an automatic reply on the channel. Conditions are not looked into, except
    /// those that ask for the channel alone.
    fn may_send_on(&self, channel: &str) -> bool {
        let fits = |scope: &Scope| {
            let names = names_of(scope, ScopeKind::Channel);
            names.is_empty() || names.contains(&channel)
        };
        let table = |mode: &str| -> Vec<Outcome> {
            let mode = self.model.modes.iter().find(|one| one.name == mode);
            mode.into_iter().flat_map(|mode| &mode.table).map(|(demand, _)| demand.outcome).collect()
        };
        let (mut modes, mut caps, mut everywhere) = (Vec::new(), Vec::new(), false);
        for (_, item) in self.all() {
            match &item.kind {
                // A cap that counts for every message of the channel.
                ItemKind::Autonomy { cap: true, mode, scope }
                    if scope.items.iter().all(|(kind, _)| *kind == ScopeKind::Channel) && fits(scope) =>
                {
                    caps.push(table(&mode.text));
                }
                ItemKind::Guard { outcome, when, .. }
                    if !is_automatic(outcome.outcome) && asks_only_for(when, channel) =>
                {
                    return false;
                }
                _ => {}
            }
        }
        for item in self.own() {
            if let ItemKind::Autonomy { cap: false, mode, scope } = &item.kind
                && fits(scope)
            {
                everywhere |= scope.items.iter().all(|(kind, _)| *kind == ScopeKind::Channel);
                modes.push(table(&mode.text));
            }
        }
        if !everywhere {
            modes.extend(self.model.modes.get(self.model.default_mode).map(|mode| table(&mode.name)));
        }
        let capped = |mode: &Vec<Outcome>| {
            let tiers = 0..mode.len();
            tiers.into_iter().any(|tier| {
                let demand = |table: &Vec<Outcome>| table.get(tier).copied().unwrap_or(Outcome::Escalate);
                caps.iter().map(demand).chain([demand(mode)]).all(is_automatic)
            })
        };
        let replies = self.all().filter_map(|(_, item)| match &item.kind {
            ItemKind::Intent { replies, .. } => Some(replies),
            _ => None,
        });
        let answered = replies.flatten().any(|reply| fits(&reply.scope) && sends(reply));
        let allowed = self
            .model
            .actions
            .get("reply")
            .is_some_and(|settings| settings.iter().any(|setting| is_automatic(setting.value.outcome)));
        answered && allowed && modes.iter().any(capped)
    }

    fn without_undo(&self, channels: &[&str], found: &mut Vec<Finding>) {
        let covered = |channel: &str| {
            self.own().any(|item| match &item.kind {
                ItemKind::Undo { scope, .. } => {
                    let names = names_of(scope, ScopeKind::Channel);
                    scope.items.len() == names.len() && (names.is_empty() || names.contains(&channel))
                }
                _ => false,
            })
        };
        let open: Vec<&str> = channels.iter().copied().filter(|channel| !covered(channel)).collect();
        let mut places: Vec<(&Item, &Word)> = Vec::new();
        for item in self.own() {
            let ItemKind::Agent { channels, .. } = &item.kind else { continue };
            for channel in channels.iter().filter(|channel| open.contains(&channel.text.as_str())) {
                if !places.iter().any(|(_, other)| other.text == channel.text) {
                    places.push((item, channel));
                }
            }
        }
        self.together(found, &places, "here too", |at, channels| {
            let message =
                format!("an automatic reply on {} leaves at once, and nobody can take it back", listed(channels));
            Finding::new("R0307", at, message)
                .hint("add `undo 2m`, or `undo 0s for channel ...` where somebody is waiting for the answer")
        });
    }

    fn without_limit(&self, found: &mut Vec<Finding>) {
        let limits: Vec<&Scope> = self
            .all()
            .filter_map(|(_, item)| match &item.kind {
                ItemKind::Limit { scope, .. } => Some(scope),
                _ => None,
            })
            .collect();
        let limited = |intent: &str| {
            limits.iter().any(|scope| {
                let intents = names_of(scope, ScopeKind::Intent);
                intents.is_empty() || intents.contains(&intent)
            })
        };
        let mut places: Vec<(&Item, &Word)> = Vec::new();
        for (item, name, reply) in self.own_replies() {
            if sends(reply) && !limited(&name.text) && !places.iter().any(|(_, other)| other.text == name.text) {
                places.push((item, name));
            }
        }
        self.together(found, &places, "answered on its own too", |at, intents| {
            let message = format!("no limit counts the automatic replies to {}", listed(intents));
            Finding::new("R0313", at, message)
                .hint("add one, such as `limit contact_daily: 3 replies per contact per day else approval`")
        });
    }
}

/// The condition is true for every message of the channel, as far as its form shows.
fn asks_only_for(when: &Cond, channel: &str) -> bool {
    match when {
        Cond::Is { path, not: false, name } => path.text == "channel" && name.text == channel,
        Cond::In { path, names } => path.text == "channel" && names.iter().any(|name| name.text == channel),
        Cond::Any(parts) => parts.iter().any(|part| asks_only_for(part, channel)),
        _ => false,
    }
}
