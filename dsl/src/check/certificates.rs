//! Certificates: which intents each is about, and what asks for it.

use std::collections::BTreeSet;

use super::{Checker, Sort, items};
use crate::ast::{Comparison, ItemKind, Num, Word};
use crate::condition::{Expr, Kind};
use crate::load::File;
use crate::policy::Certificate;
use crate::source::Finding;

/// What the fact of a certificate says where there is none: every answer may be wrong.
pub(crate) const UNPROVED: i64 = 1000;
/// The largest share of wrong answers that can be asked for, in thousandths.
const LARGEST_BOUND: i64 = 500;

impl Checker<'_> {
    /// Once every intent is declared.
    pub(super) fn certificates(&mut self, files: &[File]) {
        for (_, kind, _) in items(files) {
            let ItemKind::Certificate { name, title, intents, from } = kind else { continue };
            if self.model.certificates.iter().any(|one| one.name == name.text) {
                continue; // that it is declared twice is reported
            }
            let mut seen = BTreeSet::new();
            for intent in intents {
                self.known(Sort::Intent, intent);
                if !seen.insert(&intent.text) {
                    let message = format!("`{}` stands twice in the certificate `{}`", intent.text, name.text);
                    self.report(Finding::new("R0105", intent.at, message).hint("keep one of them"));
                }
            }
            if let Some(from) = from {
                self.in_range(*from, 0, 1000, "a confidence");
            }
            self.model.certificates.push(Certificate {
                name: name.text.clone(),
                title: title.as_ref().map(|title| title.text.clone()),
                intents: intents.iter().map(|intent| intent.text.clone()).collect(),
                from: from.map(|from| from.thousandths),
                asked: Vec::new(),
                at: self.location(name.at),
            });
        }
    }

    /// `certified NAME at SHARE`: the bound that is proved is no larger.
    pub(super) fn certified(&mut self, name: &Word, most: Num) -> Expr {
        self.known(Sort::Certificate, name);
        self.in_range(most, 1, LARGEST_BOUND, "the share of wrong answers that a certificate bounds");
        if let Some(one) = self.model.certificates.iter_mut().find(|one| one.name == name.text)
            && !one.asked.contains(&most.thousandths)
        {
            one.asked.push(most.thousandths);
            one.asked.sort_unstable();
        }
        let slot = self.slot(&format!("certified:{}", name.text), Kind::Number(0, UNPROVED), false);
        Expr::Number(slot, Comparison::AtMost, most.thousandths)
    }
}
