//! Scripts and templates: files beside the policy.

use std::collections::BTreeMap;

use super::{Checker, Sort, items};
use crate::ast::{At, ItemKind};
use crate::condition::{Kind, Slot};
use crate::load::{File, Loader, normalise};
use crate::script::{LARGEST_BUDGET, Script};
use crate::source::Finding;

/// Script texts by the place of their file name, and templates by name.
pub(super) type Texts = (BTreeMap<At, (u32, String)>, BTreeMap<String, String>);

/// Reads every script and template that the files name. What cannot be read is reported.
pub(super) fn read_all(loader: &mut Loader<'_>, files: &[File], found: &mut Vec<Finding>) -> Texts {
    let (mut scripts, mut templates) = (BTreeMap::new(), BTreeMap::new());
    for (file, kind, _) in items(files) {
        match kind {
            ItemKind::Script { file: path, .. } => {
                let folder = match file.role {
                    crate::load::Role::Root => String::new(),
                    _ => folder_of(loader, file.number),
                };
                let read = normalise(&folder, &path.text).and_then(|name| loader.text(&name).map(|text| (name, text)));
                match read {
                    Ok((name, text)) => {
                        if file.role == crate::load::Role::Import {
                            loader.brought.entry(name.clone()).or_insert(path.at);
                        }
                        let number = loader.sources.number_of(&name);
                        let number = number.unwrap_or_else(|| loader.sources.add(&name, text.clone()));
                        scripts.insert(path.at, (number, text));
                    }
                    Err(reason) => {
                        let message = format!("cannot read the script `{}`: {reason}", path.text);
                        let hint = "the path is relative to this file, and stays inside of the policy's folder";
                        found.push(Finding::new("R0123", path.at, message).hint(hint));
                    }
                }
            }
            ItemKind::Intent { drafts, .. } => {
                for name in drafts.iter().filter_map(|draft| draft.template.as_ref()) {
                    let path = format!("templates/{}.jinja", name.text);
                    match loader.text(&path) {
                        Ok(text) => {
                            if file.role == crate::load::Role::Import {
                                loader.brought.entry(path.clone()).or_insert(name.at);
                            }
                            templates.insert(name.text.clone(), text);
                        }
                        Err(reason) => found.push(
                            Finding::new(
                                "R0125",
                                name.at,
                                format!("cannot read the template `{}`: {reason}", name.text),
                            )
                            .hint(format!("write the file `{path}` beside the root file")),
                        ),
                    }
                }
            }
            _ => {}
        }
    }
    (scripts, templates)
}

fn folder_of(loader: &Loader<'_>, number: u32) -> String {
    let name = loader.sources.files.get(number as usize).map_or("", |file| file.name.as_str());
    name.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned())
}

impl Checker<'_> {
    /// Compiles the scripts.
    pub(super) fn scripts(&mut self, files: &[File], texts: &BTreeMap<At, (u32, String)>) {
        for (_, kind, _) in items(files) {
            let ItemKind::Script { name, inputs, range, file, budget } = kind else { continue };
            let budget_operations = u64::try_from(budget.thousandths / 1000).unwrap_or(0);
            if !(1..=LARGEST_BUDGET).contains(&budget_operations) {
                let message = format!("the budget is from 1 to {LARGEST_BUDGET} operations");
                let hint = "20000 is enough for most scripts on a message of usual length";
                self.report(Finding::new("R0104", budget.at, message).hint(hint));
            }
            if let Some((low, high)) = range
                && low.thousandths > high.thousandths
            {
                let finding = Finding::new("R0104", low.at, "the range runs backwards");
                self.report(finding.hint("write the smaller number first"));
            }
            let mut slots = Vec::new();
            for input in inputs {
                let Some((kind, is_tier)) = self.type_of(input) else { continue };
                if is_tier {
                    let message = "a script cannot read the tier: it runs before the decision";
                    let hint = "give it the facts that the `risk` table reads";
                    self.report(Finding::new("R0103", input.at, message).hint(hint));
                    continue;
                }
                let needs_draft = kind == Kind::YesNo && input.text.starts_with("draft.");
                slots.push(Slot { key: input.text.clone(), kind, needs_draft });
            }
            let Some((number, text)) = texts.get(&file.at) else { continue };
            if slots.len() != inputs.len() || !self.symbols.contains_key(&(Sort::Script, name.text.clone())) {
                continue;
            }
            let range = range.map(|(low, high)| (low.thousandths, high.thousandths));
            match Script::compile(&name.text, slots.clone(), range, budget_operations.max(1), text) {
                Ok(script) => {
                    for slot in slots.into_iter().filter(|slot| slot.kind != Kind::Text) {
                        self.slot(&slot.key, slot.kind, slot.needs_draft);
                    }
                    self.model.scripts.push(script);
                }
                Err((place, reason)) => {
                    let at = place.map_or(At { file: *number, start: 0, end: 0 }, |(line, column)| {
                        at(*number, text, line, column)
                    });
                    let message = format!("the script `{}` cannot be used: {reason}", name.text);
                    let names: Vec<&str> =
                        inputs.iter().map(|input| input.text.rsplit('.').next().unwrap_or("")).collect();
                    let hint = format!("the file must hold `fn {}({}) {{ ... }}`", name.text, names.join(", "));
                    self.report(Finding::new("R0124", at, message).label(file.at, "named here").hint(hint));
                }
            }
        }
    }
}

/// The character at a line and column, both from 1.
fn at(file: u32, text: &str, line: usize, column: usize) -> At {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    let inside: usize = rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    let start = (start + inside).min(text.len());
    let length = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    At { file, start: start as u32, end: (start + length) as u32 }
}
