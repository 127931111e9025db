//! Reads the root file and everything it imports.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::Read;
use crate::ast::{At, ItemKind, Tree, Word};
use crate::parse::parse;
use crate::source::{Finding, Sources, nearest};

/// The built-in files.
pub(crate) const STANDARD: [(&str, &str); 19] = [
    ("std/base", include_str!("../std/base.remit")),
    ("std/sales", include_str!("../std/sales.remit")),
    ("std/privacy", include_str!("../std/privacy.remit")),
    ("std/parts", include_str!("../std/parts.remit")),
    ("std/intents/complaint", include_str!("../std/intents/complaint.remit")),
    ("std/intents/human_request", include_str!("../std/intents/human_request.remit")),
    ("std/intents/interested", include_str!("../std/intents/interested.remit")),
    ("std/intents/meeting_request", include_str!("../std/intents/meeting_request.remit")),
    ("std/intents/not_interested", include_str!("../std/intents/not_interested.remit")),
    ("std/intents/not_now", include_str!("../std/intents/not_now.remit")),
    ("std/intents/objection", include_str!("../std/intents/objection.remit")),
    ("std/intents/opening_hours", include_str!("../std/intents/opening_hours.remit")),
    ("std/intents/out_of_office", include_str!("../std/intents/out_of_office.remit")),
    ("std/intents/pricing", include_str!("../std/intents/pricing.remit")),
    ("std/intents/question", include_str!("../std/intents/question.remit")),
    ("std/intents/referral", include_str!("../std/intents/referral.remit")),
    ("std/intents/thanks", include_str!("../std/intents/thanks.remit")),
    ("std/intents/unsubscribe", include_str!("../std/intents/unsubscribe.remit")),
    ("std/intents/wrong_person", include_str!("../std/intents/wrong_person.remit")),
];

/// What a file is to the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// `std/base`.
    Base,
    Import,
    Root,
}

#[derive(Debug)]
pub(crate) struct File {
    pub(crate) number: u32,
    pub(crate) role: Role,
    pub(crate) tree: Arc<Tree>,
}

pub(crate) struct Loader<'r> {
    read: &'r Read<'r>,
    standard: &'r [(&'r str, &'r str)],
    pub(crate) sources: Sources,
    pub(crate) files: Vec<File>,
    /// Every text that came through `read`.
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) found: Vec<Finding>,
    /// What imports bring, by path, and the place that first names it.
    pub(crate) brought: BTreeMap<String, At>,
    open: Vec<String>,
}

impl<'r> Loader<'r> {
    pub(crate) fn new(read: &'r Read<'r>, standard: &'r [(&'r str, &'r str)]) -> Self {
        let (sources, texts, brought) = (Sources::default(), BTreeMap::new(), BTreeMap::new());
        Self { read, standard, sources, files: Vec::new(), texts, found: Vec::new(), brought, open: Vec::new() }
    }

    /// Loads `std/base`, then the root file and its imports. Imported files come before those that import them.
    pub(crate) fn load(&mut self, root: &str) -> Result<(), String> {
        self.standard("std/base", Role::Base);
        let text = (self.read)(root)?;
        self.add(root, text, Role::Root);
        // It is in force without an `import` line too.
        let header = self.files.iter().find(|file| file.role == Role::Root);
        let header = header.map_or(At { file: 0, start: 0, end: 0 }, |file| {
            file.tree.name.as_ref().map_or(At { file: file.number, start: 0, end: 0 }, |name| name.at)
        });
        self.brought.entry("std/base".to_owned()).or_insert(header);
        Ok(())
    }

    /// The text of the lock beside the root file, if there is one.
    pub(crate) fn lock(&mut self) -> Option<String> {
        self.text(crate::lock::FILE).ok()
    }

    /// Reads a file beside the policy once.
    pub(crate) fn text(&mut self, path: &str) -> Result<String, String> {
        if let Some(text) = self.texts.get(path) {
            return Ok(text.clone());
        }
        let text = (self.read)(path)?;
        self.texts.insert(path.to_owned(), text.clone());
        Ok(text)
    }

    fn standard(&mut self, name: &str, role: Role) -> bool {
        let Some((_, text)) = self.standard.iter().copied().find(|(known, _)| *known == name) else { return false };
        if self.sources.number_of(name).is_none() {
            let number = self.sources.add(name, text.to_owned());
            let tree = self.tree_of_standard(number, name, text);
            self.files.push(File { number, role, tree });
        }
        true
    }

    /// `std/base` comes first in every policy, so one reading of it serves all.
    fn tree_of_standard(&mut self, number: u32, name: &str, text: &str) -> Arc<Tree> {
        static BASE: LazyLock<Option<Arc<Tree>>> = LazyLock::new(|| {
            let mut found = Vec::new();
            let tree = STANDARD.first().map(|(_, text)| parse(0, text, &mut found));
            tree.filter(|_| found.is_empty()).map(Arc::new)
        });
        let is_first = number == 0 && STANDARD.first() == Some(&(name, text));
        let known = BASE.as_ref().filter(|_| is_first).cloned();
        known.unwrap_or_else(|| Arc::new(parse(number, text, &mut self.found)))
    }

    fn add(&mut self, name: &str, text: String, role: Role) {
        let number = self.sources.add(name, text.clone());
        let tree = parse(number, &text, &mut self.found);
        self.texts.insert(name.to_owned(), text);
        self.open.push(name.to_owned());
        let folder = if role == Role::Root { "" } else { name.rsplit_once('/').map_or("", |(folder, _)| folder) };
        for item in &tree.items {
            if let ItemKind::Import(path) = &item.kind {
                self.import(folder, path);
            }
        }
        self.open.pop();
        self.files.push(File { number, role, tree: Arc::new(tree) });
    }

    fn import(&mut self, folder: &str, path: &Word) {
        if path.text.starts_with("std/") {
            if !self.standard(&path.text, Role::Import) {
                let message = format!("there is no built-in file `{}`", path.text);
                let names = STANDARD.map(|(name, _)| name);
                let finding = Finding::new("R0120", path.at, message);
                self.found.push(match nearest(&path.text, names) {
                    Some(name) => finding.hint(format!("did you mean `{name}`?")).fix(format!("\"{name}\"")),
                    None => finding.hint(format!("there are: {}", names.join(", "))),
                });
            } else {
                self.brought.entry(path.text.clone()).or_insert(path.at);
            }
            return;
        }
        let name = match normalise(folder, &path.text) {
            Ok(name) => name,
            Err(reason) => return self.refuse(path.at, &path.text, &reason),
        };
        if self.open.contains(&name) || self.open.first().is_some_and(|root| root.rsplit('/').next() == Some(&name)) {
            let circle: Vec<&str> = self.open.iter().map(String::as_str).chain([name.as_str()]).collect();
            let message = format!("files import each other in a circle: {}", circle.join(" -> "));
            let finding = Finding::new("R0121", path.at, message).hint("move what both need to a third file");
            self.found.push(finding);
            return;
        }
        self.brought.entry(name.clone()).or_insert(path.at);
        if self.sources.number_of(&name).is_some() {
            return;
        }
        match (self.read)(&name) {
            Ok(text) => self.add(&name, text, Role::Import),
            Err(reason) => self.refuse(path.at, &name, &reason),
        }
    }

    fn refuse(&mut self, at: At, name: &str, reason: &str) {
        let hint =
            "a path is relative to this file, such as \"./baseline.remit\", and stays inside of the policy's folder";
        self.found.push(Finding::new("R0120", at, format!("cannot import `{name}`: {reason}")).hint(hint));
    }
}

/// A path relative to the policy's folder, without `.` and `..`.
pub(crate) fn normalise(folder: &str, path: &str) -> Result<String, String> {
    if path.contains("://") || path.starts_with('/') || path.contains(['\\', ':', '\0']) {
        return Err("it is not a path beside this file".to_owned());
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Err("it is outside the policy's folder".to_owned());
                }
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { Err("it names no file".to_owned()) } else { Ok(parts.join("/")) }
}
