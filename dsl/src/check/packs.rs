//! Packs of examples: an imported intent that says nothing but examples adds them to the policy's own of the same name.

use super::{Checker, Sort, items};
use crate::ast::ItemKind;
use crate::load::{File, Role};
use crate::policy::Intent;

/// Whether this is an imported intent that has nothing but examples.
pub(crate) fn is_pack(role: Role, kind: &ItemKind) -> bool {
    let ItemKind::Intent { examples, replies, drafts, also, .. } = kind else { return false };
    role == Role::Import && !examples.is_empty() && replies.is_empty() && drafts.is_empty() && also.is_empty()
}

impl Checker<'_> {
    /// Once every other intent is declared. A pack that adds to none is an intent like any other.
    pub(super) fn packs(&mut self, files: &[File]) {
        for (file, kind, _) in items(files).filter(|(file, kind, _)| is_pack(file.role, kind)) {
            let ItemKind::Intent { name, title, examples, .. } = kind else { continue };
            let texts = examples.iter().map(|example| example.text.clone());
            if let Some(own) = self.model.intents.iter_mut().find(|own| own.name == name.text) {
                for text in texts {
                    if !own.examples.contains(&text) {
                        own.examples.push(text);
                    }
                }
            } else if self.declare(Sort::Intent, &name.text, name, file.role) {
                let intent = Intent {
                    name: name.text.clone(),
                    title: title.as_ref().map(|title| title.text.clone()),
                    examples: texts.collect(),
                    draft: None,
                    also: Vec::new(),
                    at: self.location(name.at),
                };
                self.model.intents.push(intent);
            }
        }
    }
}
