//! The list of rules and settings for people.

use super::Checker;
use crate::ast::{At, Item, ItemKind, Reply, Scope, ScopeKind};
use crate::listing::{PolicyRule, PolicyRuleKind as Kind};
use crate::load::{File, Role};
use crate::verdict::Outcome;

/// What the entries of one item have in common.
struct Entry<'i> {
    item: &'i Item,
    kind: Kind,
    name: String,
    outcome: Option<Outcome>,
    scope: Option<&'i Scope>,
    because: Option<String>,
    /// The row, or the whole item.
    at: At,
    /// What to point at.
    place: At,
}

impl Checker<'_> {
    /// Lists everything that is in force: settings of imported files are not.
    pub(super) fn list(&mut self, files: &[File]) {
        let mut listing: Vec<PolicyRule> = Vec::new();
        for file in files {
            for item in &file.tree.items {
                listing.extend(entries(item, file.role).into_iter().map(|entry| self.entry(entry)));
            }
        }
        // What the root file says about an action everywhere replaces what `std/base` says.
        let replaced: Vec<String> = listing
            .iter()
            .filter(|rule| rule.kind == Kind::Action && rule.scope.is_none() && !rule.at.file.starts_with("std/"))
            .map(|rule| rule.name.clone())
            .collect();
        listing.retain(|rule| {
            rule.kind != Kind::Action || !rule.at.file.starts_with("std/") || !replaced.contains(&rule.name)
        });
        self.model.listing = listing;
    }

    fn entry(&self, entry: Entry<'_>) -> PolicyRule {
        let tags = self.tags(entry.item.at);
        let text = self.sources.written(entry.at);
        PolicyRule {
            kind: entry.kind,
            name: entry.name,
            outcome: entry.outcome,
            scope: entry.scope.and_then(scope_text),
            when: condition(&text),
            text,
            at: self.location(entry.place),
            because: entry.because,
            owner: tags.owner,
            ticket: tags.ticket,
            until: tags.until.map(|day| day.to_string()),
            backstop: tags.backstop,
        }
    }
}

fn entries(item: &Item, role: Role) -> Vec<Entry<'_>> {
    let one = |kind: Kind, name: &str, place: At| {
        let (outcome, scope, because) = (None, None, None);
        Entry { item, kind, name: name.to_owned(), outcome, scope, because, at: item.at, place }
    };
    let imported = role == Role::Import;
    match &item.kind {
        ItemKind::Autonomy { cap, mode, scope } if *cap || !imported => {
            let kind = if *cap { Kind::AutonomyCap } else { Kind::Autonomy };
            vec![Entry { scope: Some(scope), ..one(kind, &mode.text, mode.at) }]
        }
        ItemKind::Undo { scope, ms } if !imported => {
            vec![Entry { scope: Some(scope), ..one(Kind::Undo, &duration(*ms), item.at) }]
        }
        ItemKind::Actions(rows) if !imported => rows
            .iter()
            .map(|(name, outcome, scope)| {
                let last = scope.items.last().map_or(outcome.at, |(_, name)| name.at);
                let at = At { end: last.end, ..name.at };
                let outcome = Some(outcome.outcome);
                Entry { outcome, scope: Some(scope), at, ..one(Kind::Action, &name.text, name.at) }
            })
            .collect(),
        ItemKind::Intent { name, replies, .. } => replies
            .iter()
            .map(|reply| {
                let outcome = freest(reply);
                let entry = one(Kind::Reply, &name.text, reply.at);
                Entry { outcome, scope: Some(&reply.scope), at: reply.at, ..entry }
            })
            .collect(),
        ItemKind::Risk(rows) => {
            rows.iter().map(|(tier, _, at)| Entry { at: *at, ..one(Kind::Risk, &tier.text, tier.at) }).collect()
        }
        ItemKind::Switch { name, outcome, scope, .. } => {
            vec![Entry { outcome: Some(outcome.outcome), scope: Some(scope), ..one(Kind::Switch, &name.text, name.at) }]
        }
        ItemKind::Limit { name, outcome, scope, .. } => {
            vec![Entry { outcome: Some(outcome.outcome), scope: Some(scope), ..one(Kind::Limit, &name.text, name.at) }]
        }
        ItemKind::Pause { name, .. } => vec![one(Kind::Pause, &name.text, name.at)],
        ItemKind::Guard { name, outcome, because, .. } => {
            let kind = if role == Role::Base { Kind::Standard } else { Kind::Guard };
            let because = because.as_ref().map(|text| text.text.clone());
            vec![Entry { outcome: Some(outcome.outcome), because, ..one(kind, &name.text, name.at) }]
        }
        ItemKind::Route { rows, otherwise } if !imported => {
            let ends = rows.iter().skip(1).map(|(name, ..)| name.at.start).chain([otherwise.1.start]);
            let row = |((name, ..), end): (&(crate::ast::Word, _, _), u32)| Entry {
                at: At { end, ..name.at },
                ..one(Kind::Route, &name.text, name.at)
            };
            let mut entries: Vec<Entry<'_>> = rows.iter().zip(ends).map(row).collect();
            entries.push(Entry { at: otherwise.1, ..one(Kind::Route, "otherwise", otherwise.1) });
            entries
        }
        ItemKind::Approvals(_) if !imported => vec![one(Kind::Approvals, "approvals", item.at)],
        ItemKind::Sweep { name, .. } if !imported => vec![one(Kind::Sweep, &name.text, name.at)],
        _ => Vec::new(),
    }
}

fn freest(reply: &Reply) -> Option<Outcome> {
    reply.bands.iter().map(|(outcome, _)| outcome.outcome).chain(reply.otherwise.iter().map(|word| word.outcome)).min()
}

/// A scope as written; `None` without one.
pub(crate) fn scope_text(scope: &Scope) -> Option<String> {
    let word = |kind: &ScopeKind| match kind {
        ScopeKind::Channel => "channel",
        ScopeKind::Intent => "intent",
        ScopeKind::Agent => "agent",
        ScopeKind::Segment => "segment",
    };
    let items: Vec<String> = scope.items.iter().map(|(kind, name)| format!("{} {}", word(kind), name.text)).collect();
    (!items.is_empty()).then(|| items.join(", "))
}

/// Milliseconds in the words of the language.
pub(crate) fn duration(ms: i64) -> String {
    let mut rest = ms / 1000;
    let mut text = String::new();
    for (unit, seconds) in [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] {
        if rest / seconds > 0 {
            text.push_str(&format!("{}{unit}", rest / seconds));
            rest %= seconds;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// What stands between `when` and `because`, outside of quotes.
fn condition(text: &str) -> Option<String> {
    let keyword = |word: &str, from: usize| {
        let rest = text.get(from..)?;
        let found = rest.match_indices(word).find(|(at, _)| {
            let before = text.get(..from + at).unwrap_or("");
            let quotes = before.matches('"').count() - before.matches("\\\"").count();
            quotes.is_multiple_of(2)
        });
        found.map(|(at, _)| from + at)
    };
    let start = keyword(" when ", 0)? + " when ".len();
    let end = keyword(" because ", start).unwrap_or(text.len());
    text.get(start..end).map(|condition| condition.trim().to_owned())
}
