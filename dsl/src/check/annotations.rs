//! Annotations: what each says, and which findings an `@allow` silences.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Checker;
use crate::ast::{At, Item, ItemKind, Note, NoteValue, Word};
use crate::codes;
use crate::diagnostic::Severity;
use crate::load::{File, Role};
use crate::model::Tags;
use crate::source::{Finding, Sources};
use crate::vocabulary::NOTES;

/// The annotations of one item.
#[derive(Clone, Debug, Default)]
pub(crate) struct Annotations {
    pub(crate) tags: Tags,
    /// Where `@until` stands.
    pub(crate) until_at: Option<At>,
    pub(crate) allows: Vec<Allow>,
}

/// `@allow(CODE, "reason")`
#[derive(Clone, Debug)]
pub(crate) struct Allow {
    code: String,
    reason: String,
    at: At,
}

impl Annotations {
    pub(crate) fn allows(&self, code: &str) -> bool {
        self.allows.iter().any(|allow| allow.code == code)
    }
}

impl Checker<'_> {
    /// Reads the annotations of an item. What is wrong with them is reported, and they do not count then.
    pub(super) fn annotate(&mut self, item: &Item) {
        let mut all = Annotations::default();
        let mut seen: BTreeMap<&str, At> = BTreeMap::new();
        for note in &item.notes {
            let tag = note.tag.text.as_str();
            if tag != "allow"
                && let Some(first) = seen.insert(tag, note.at)
            {
                let finding = Finding::new("R0006", note.at, format!("this rule has two `@{tag}`"));
                self.report(finding.label(first, "the first one").hint("keep one of them"));
            }
            match tag {
                "owner" => all.tags.owner = self.text_of(note, "owner(\"support leads\")"),
                "ticket" => all.tags.ticket = self.text_of(note, "ticket(\"SUP-12\")"),
                "until" => {
                    all.tags.until = self.day_of(note);
                    all.until_at = Some(note.at);
                }
                "backstop" => all.tags.backstop = self.backstop(note, item),
                "allow" => all.allows.extend(self.allow(note)),
                _ => {
                    let finding = Finding::new("R0006", note.tag.at, format!("there is no annotation `@{tag}`"));
                    let known = NOTES.map(|name| format!("@{name}")).join(", ");
                    self.report(finding.did_you_mean_or_list(tag, &NOTES, format!("there are: {known}")));
                }
            }
        }
        if !item.notes.is_empty() {
            self.annotations.insert(item.at, all);
        }
    }

    pub(super) fn tags(&self, item: At) -> Tags {
        self.annotations.get(&item).map(|all| all.tags.clone()).unwrap_or_default()
    }

    fn incomplete(&mut self, note: &Note, example: &str) {
        let message = format!("`@{}` does not say enough", note.tag.text);
        self.report(Finding::new("R0006", note.at, message).hint(format!("write `@{example}`")));
    }

    fn text_of(&mut self, note: &Note, example: &str) -> Option<String> {
        match &note.argument {
            Some(NoteValue::Text(word) | NoteValue::Name(word)) if !word.text.trim().is_empty() => {
                Some(word.text.clone())
            }
            _ => {
                self.incomplete(note, example);
                None
            }
        }
    }

    fn day_of(&mut self, note: &Note) -> Option<Date> {
        let Some(NoteValue::Date(word)) = &note.argument else {
            self.incomplete(note, "until(2027-03-31)");
            return None;
        };
        let day = day(&word.text);
        if day.is_none() {
            let finding = Finding::new("R0104", word.at, format!("there is no day `{}`", word.text));
            self.report(finding.hint("write year, month and day: `@until(2027-03-31)`"));
        }
        day
    }

    fn backstop(&mut self, note: &Note, item: &Item) -> bool {
        if note.argument.is_some() {
            let finding = Finding::new("R0006", note.at, "`@backstop` stands alone, without brackets");
            self.report(finding.hint("leave the brackets out").fix("@backstop"));
        }
        let fits = matches!(item.kind, ItemKind::Guard { .. } | ItemKind::Limit { .. } | ItemKind::Switch { .. });
        if !fits {
            let finding = Finding::new("R0006", note.at, "`@backstop` belongs to a guard, a limit or a switch");
            self.report(finding.hint("it says that a restriction is meant to be stricter than it has to be"));
        }
        fits
    }

    fn allow(&mut self, note: &Note) -> Option<Allow> {
        let Some(NoteValue::Code(code)) = &note.argument else {
            self.incomplete(note, "allow(R0209, \"the reason\")");
            return None;
        };
        let Some(entry) = codes::find(&code.text) else {
            let finding = Finding::new("R0006", code.at, format!("there is no code `{}`", code.text));
            self.report(finding.did_you_mean(&code.text, codes::CODES.iter().map(|entry| entry.code)));
            return None;
        };
        if entry.severity == Severity::Error {
            let message = format!("`{}` is an error, and an error cannot be allowed", entry.code);
            self.report(Finding::new("R0006", code.at, message).hint("cure the error, and remove this annotation"));
            return None;
        }
        let reason = note.reason.as_ref().map(|word| word.text.trim()).filter(|reason| !reason.is_empty());
        let Some(reason) = reason else {
            let finding = Finding::new("R0006", note.at, "an `@allow` without a reason");
            self.report(finding.hint(format!("say why: `@allow({}, \"the reason\")`", entry.code)));
            return None;
        };
        Some(Allow { code: entry.code.to_owned(), reason: reason.to_owned(), at: note.at })
    }
}

/// A day of the calendar as written, such as `2027-03-31`.
pub(super) fn day(text: &str) -> Option<Date> {
    let numbers: Vec<i16> = text.split('-').filter_map(|part| part.parse().ok()).collect();
    match numbers.as_slice() {
        [year, month, day] => Date::new(*year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok(),
        _ => None,
    }
}

/// The item that a place stands in.
fn item_at(files: &[File], at: At) -> Option<(&File, &Item)> {
    let file = files.iter().find(|file| file.number == at.file)?;
    // Items stand in the order of the text.
    let behind = file.tree.items.partition_point(|item| item.at.start <= at.start);
    let item = file.tree.items.get(behind.checked_sub(1)?)?;
    (at.end <= item.at.end).then_some((file, item))
}

/// Parts the findings in those that stay and those that an `@allow` of their item silences. With `complete` findings,
/// an `@allow` of the root file that silenced nothing is a finding itself.
pub(super) fn silence(
    found: Vec<Finding>,
    files: &[File],
    annotations: &BTreeMap<At, Annotations>,
    complete: bool,
) -> (Vec<Finding>, Vec<Finding>) {
    let (mut stay, mut allowed) = (Vec::new(), Vec::new());
    let mut used: Vec<At> = Vec::new();
    for mut finding in found {
        let all = item_at(files, finding.at).and_then(|(_, item)| annotations.get(&item.at));
        let allow = all.and_then(|all| all.allows.iter().find(|allow| allow.code == finding.code));
        match allow {
            Some(allow) if codes::severity(finding.code) != Severity::Error => {
                used.push(allow.at);
                finding.allowed = Some(allow.reason.clone());
                allowed.push(finding);
            }
            _ => stay.push(finding),
        }
    }
    let root = files.iter().find(|file| file.role == Role::Root).map(|file| file.number);
    let unused = annotations.values().flat_map(|all| &all.allows).filter(|allow| !used.contains(&allow.at));
    for allow in unused.filter(|allow| complete && Some(allow.at.file) == root) {
        let message = format!("there is nothing here for `@allow({})` to silence", allow.code);
        let finding = Finding::new("R0605", allow.at, message).hint("remove it");
        stay.push(finding.edit("remove the annotation", allow.at, ""));
    }
    (stay, allowed)
}

/// Says for each finding in which rule it stands, and which other rules it speaks about.
pub(super) fn name_the_rules(found: &mut [Finding], files: &[File], sources: &Sources) {
    for finding in found {
        let name = |at: At| item_at(files, at).map(|(_, item)| title(item, sources));
        finding.rule = name(finding.at);
        for (at, _) in &finding.labels {
            if let Some(other) = name(*at)
                && Some(&other) != finding.rule.as_ref()
                && !finding.related.contains(&other)
            {
                finding.related.push(other);
            }
        }
    }
}

/// The item in a few words, such as `guard discount`: enough to find it again when lines have moved.
fn title(item: &Item, sources: &Sources) -> String {
    let named = |kind: &str, name: &Word| format!("{kind} {}", name.text);
    match &item.kind {
        ItemKind::Mode { name, .. } => named("mode", name),
        ItemKind::Segment { name, .. } => named("segment", name),
        ItemKind::Team { name, .. } => named("team", name),
        ItemKind::Agent { name, .. } => named("agent", name),
        ItemKind::Fact { path, .. } => named("fact", path),
        ItemKind::Calendar { name, .. } => named("calendar", name),
        ItemKind::Hours { name, .. } => named("hours", name),
        ItemKind::Detector { name, subject, .. } => format!("detector {} on {}", name.text, subject.as_str()),
        ItemKind::Script { name, .. } => named("script", name),
        ItemKind::Intent { name, .. } => named("intent", name),
        ItemKind::Switch { name, .. } => named("switch", name),
        ItemKind::Limit { name, .. } => named("limit", name),
        ItemKind::Certificate { name, .. } => named("certificate", name),
        ItemKind::Pause { name, .. } => named("pause", name),
        ItemKind::Guard { name, .. } => named("guard", name),
        ItemKind::Sweep { name, .. } => named("sweep", name),
        ItemKind::Test { title, .. } => format!("test \"{}\"", title.text),
        ItemKind::Cases { title, .. } => format!("cases \"{}\"", title.text),
        ItemKind::Actions(_) => "actions".to_owned(),
        ItemKind::Risk(_) => "risk".to_owned(),
        ItemKind::Route { .. } => "route".to_owned(),
        ItemKind::Approvals(_) => "approvals".to_owned(),
        ItemKind::Tiers(_) => "tiers".to_owned(),
        // The others are short, and have no name but what they say.
        ItemKind::Import(_)
        | ItemKind::Autonomy { .. }
        | ItemKind::Undo { .. }
        | ItemKind::Timezone(_)
        | ItemKind::Claim(_) => sources.written(item.at),
    }
}
