//! Findings about policies that have no error: what is unused, freer than it looks, or out of date. Everything here
//! is read off the text, without a prover; what looks unused is unused whatever happens.

mod literal;
mod obvious;
mod order;
mod reach;
mod scopes;
mod uses;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::ast::{At, Item, ItemKind, Reply, Word};
use crate::check::{Annotations, Asked, Sort, Symbol};
use crate::load::{File, Role};
use crate::model::Model;
use crate::source::{Finding, Sources};

/// What the lints look at.
pub(crate) struct Seen<'s> {
    pub(crate) files: &'s [File],
    pub(crate) sources: &'s Sources,
    pub(crate) symbols: &'s BTreeMap<(Sort, String), Symbol>,
    pub(crate) model: &'s Model,
    pub(crate) annotations: &'s BTreeMap<At, Annotations>,
    pub(crate) asked: &'s [Asked],
    /// The day of the check, if it is known.
    pub(crate) today: Option<Date>,
}

impl Seen<'_> {
    /// Everything found. Most lints look at the root file only: an imported file has its own check.
    pub(crate) fn lint(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        self.unused(&mut found);
        self.mistyped_actions(&mut found);
        self.loosening(&mut found);
        self.ties(&mut found);
        self.automatic_replies(&mut found);
        self.obvious(&mut found);
        self.order(&mut found);
        found
    }

    fn all(&self) -> impl Iterator<Item = (&File, &Item)> {
        self.files.iter().flat_map(|file| file.tree.items.iter().map(move |item| (file, item)))
    }

    /// The items of the root file.
    fn own(&self) -> impl Iterator<Item = &Item> {
        self.all().filter(|(file, _)| file.role == Role::Root).map(|(_, item)| item)
    }

    fn own_replies(&self) -> impl Iterator<Item = (&Item, &Word, &Reply)> {
        self.own()
            .filter_map(|item| match &item.kind {
                ItemKind::Intent { name, replies, .. } => Some(replies.iter().map(move |reply| (item, name, reply))),
                _ => None,
            })
            .flatten()
    }

    /// One finding instead of many of the same kind: the first place is shown, the others are labels. Items that allow
    /// the code keep findings of their own, so that each `@allow` silences something.
    fn together(
        &self,
        found: &mut Vec<Finding>,
        places: &[(&Item, &Word)],
        label: &str,
        finding: impl Fn(At, &[&str]) -> Finding,
    ) {
        let mut open: Vec<&Word> = Vec::new();
        for (item, name) in places {
            let one = finding(name.at, &[name.text.as_str()]);
            if self.annotations.get(&item.at).is_some_and(|all| all.allows(one.code)) {
                found.push(one);
            } else {
                open.push(name);
            }
        }
        let names: Vec<&str> = open.iter().map(|name| name.text.as_str()).collect();
        if let Some((first, others)) = open.split_first() {
            found.push(others.iter().fold(finding(first.at, &names), |one, name| one.label(name.at, label)));
        }
    }
}

/// `a`, `b` and `c`; a long list is cut.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 6;
    let quoted: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        return format!("{} and {} more", quoted.join(", "), names.len() - SHOWN);
    }
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
