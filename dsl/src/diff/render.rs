//! A difference as text for people, and as Markdown for a comment on a pull request.

use std::fmt::Write as _;

use crate::diff::{ChangedExample, Diff, Direction, Engine, Region, Side, place};
use crate::verdict::Outcome;

/// A freer outcome may have to wait all the same.
fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Send => "send (or hold)",
        other => other.as_str(),
    }
}

fn side(side: &Side) -> String {
    let rules: Vec<String> = side
        .deciding
        .iter()
        .map(|reason| format!("{} ({}, {})", reason.name, reason.kind.as_str(), place(&reason.at)))
        .collect();
    format!("{} because {}", side.outcome, rules.join(", "))
}

fn when(region: &Region) -> String {
    match (region.when_facts_fail, region.when.is_empty()) {
        (true, _) => "when a fact could not be determined".to_owned(),
        (false, true) => "every message".to_owned(),
        (false, false) => format!("when {}", region.when.join(", ")),
    }
}

fn example(text: &mut String, example: &ChangedExample) {
    let _ = writeln!(text, "          example  {}", example.message.join(", "));
    let _ = writeln!(text, "          was      {}", side(&example.old));
    let _ = writeln!(text, "          is       {}", side(&example.new));
}

/// For a terminal.
pub fn human(diff: &Diff) -> String {
    let mut text = String::new();
    for region in &diff.regions {
        let direction = region.direction.as_str().to_uppercase();
        let about = if region.exact || region.when_facts_fail { "" } else { " (at most)" };
        let (from, to) = (outcome(region.from), outcome(region.to));
        let _ = writeln!(text, "{direction:<9} {from} -> {to}   {}{about}", when(region));
        if !region.unless.is_empty() {
            let _ = writeln!(text, "          unless   {}", region.unless.join(", "));
        }
        example(&mut text, &region.example);
    }
    for change in &diff.routes {
        let failing = if change.when_facts_fail { "   when a fact could not be determined" } else { "" };
        let (from, to) = (&change.from, &change.to);
        let _ =
            writeln!(text, "ROUTE     {} ({}) -> {} ({}){failing}", from.row, place(&from.at), to.row, place(&to.at));
        let _ = writeln!(text, "          example  {}", change.example.message.join(", "));
    }
    for item in &diff.items {
        let _ = writeln!(
            text,
            "{:<9} {} {}: {}",
            item.direction.as_str().to_uppercase(),
            item.kind,
            item.name,
            item.words()
        );
    }
    text.push_str(&summary(diff));
    text
}

/// One line for each thing that did not happen, so that silence is not mistaken for it.
fn summary(diff: &Diff) -> String {
    let mut words = Vec::new();
    if diff.is_empty() {
        return "no difference: every message is decided as before\n".to_owned();
    }
    for direction in [Direction::Freer, Direction::Stricter] {
        if diff.regions.iter().all(|region| region.direction != direction) {
            words.push(format!("no message became {}", direction.as_str()));
        }
    }
    if diff.routes.is_empty() {
        words.push("routing unchanged".to_owned());
    }
    if diff.engine == Engine::Solver {
        words.push(
            "the rules are too entangled for exact regions: each is the smallest frame around its messages".to_owned(),
        );
    }
    if diff.incomplete {
        words.push("some questions were too hard: there may be more changes".to_owned());
    }
    format!("{}\n", words.join("; "))
}

impl super::Item {
    /// What it was and is.
    pub fn words(&self) -> String {
        let short = |text: &str| {
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if flat.chars().count() > 100 { format!("{}...", flat.chars().take(100).collect::<String>()) } else { flat }
        };
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => format!("{} -> {}", short(old), short(new)),
            (None, Some(new)) => format!("new: {}", short(new)),
            (Some(old), None) => format!("gone: {}", short(old)),
            (None, None) => String::new(),
        }
    }
}

/// Text inside a cell of a table.
fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace(['\n', '\r'], " ")
}

/// For a comment on a pull request.
pub fn markdown(diff: &Diff) -> String {
    let mut text = String::from("### What this change of the policy means\n\n");
    if diff.is_empty() {
        text.push_str("Every message is decided as before.\n");
        return text;
    }
    if !diff.regions.is_empty() {
        text.push_str("| | outcome | where | unless | example | decided by |\n|---|---|---|---|---|---|\n");
    }
    for region in &diff.regions {
        let decided = |side: &Side| {
            side.deciding
                .iter()
                .map(|reason| format!("`{}` {}", reason.name, place(&reason.at)))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let _ = writeln!(
            text,
            "| **{}** | {} → {} | {} | {} | {} | {} → {} |",
            region.direction.as_str(),
            outcome(region.from),
            outcome(region.to),
            cell(&when(region)),
            cell(&region.unless.join(", ")),
            cell(&region.example.message.join(", ")),
            cell(&decided(&region.example.old)),
            cell(&decided(&region.example.new)),
        );
    }
    if !diff.routes.is_empty() {
        text.push_str("\n| route | example |\n|---|---|\n");
        for change in &diff.routes {
            let (from, to) = (&change.from.row, &change.to.row);
            let _ = writeln!(text, "| `{from}` → `{to}` | {} |", cell(&change.example.message.join(", ")));
        }
    }
    if !diff.items.is_empty() {
        text.push_str("\n| | what | change |\n|---|---|---|\n");
        for item in &diff.items {
            let what = format!("{} `{}`", item.kind, item.name);
            let _ = writeln!(text, "| {} | {} | {} |", item.direction.as_str(), cell(&what), cell(&item.words()));
        }
    }
    let _ = write!(text, "\n{}", summary(diff));
    text
}

/// For machines: the whole [`Diff`] and two answers that scripts ask for.
pub fn json(diff: &Diff) -> serde_json::Value {
    let mut value = serde_json::to_value(diff).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.insert("empty".to_owned(), diff.is_empty().into());
        object.insert("may_be_freer".to_owned(), diff.may_be_freer().into());
    }
    value
}
