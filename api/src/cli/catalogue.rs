//! `remit intents` and `remit facts`: what a policy knows.

use std::path::PathBuf;

use clap::Args;
use remit_dsl::catalogue::{self, FactEntry, IntentEntry};
use serde_json::json;

use super::{Done, Global, files, table};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit intents policies/default.remit
  remit intents policies/default.remit --json

AUTO-REPLY says where a reply may leave without a person, and from which confidence, at the lowest risk and when
nothing else is special. Exit codes: 0 good, 3 the policy does not check.")]
pub(crate) struct IntentsArgs {
    /// Policy file; - for standard input
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

pub(crate) fn intents(global: &Global, args: &IntentsArgs) -> Done {
    let policy = files::PolicyFiles::at(&args.path)?.policy()?;
    let entries = catalogue::intents(&policy);
    if global.json {
        println!("{}", json!({ "policy": policy.name(), "digest": policy.digest(), "intents": entries }));
    } else if entries.is_empty() {
        println!("`{}` declares no intents", policy.name());
    } else {
        let rows: Vec<Vec<String>> = entries.iter().map(intent_row).collect();
        table::print(&["INTENT", "TITLE", "EXAMPLES", "ANSWERED", "BY", "AUTO-REPLY", "LIMITS"], &rows);
    }
    Ok(0)
}

fn intent_row(entry: &IntentEntry) -> Vec<String> {
    let draft = entry.draft.as_ref();
    let by = draft.and_then(|draft| match (&draft.template, &draft.model) {
        (Some(template), _) => Some(format!("template {template}")),
        (None, model) => model.as_ref().map(|model| format!("model {model}")),
    });
    let answered: Vec<&str> = entry.replies.iter().map(|reply| reply.words.as_str()).collect();
    let auto: Vec<String> = entry.auto_reply.iter().map(|auto| format!("{} {:.2}", auto.channel, auto.from)).collect();
    vec![
        entry.name.clone(),
        table::cut(entry.title.as_deref().unwrap_or("-"), 40),
        entry.examples.to_string(),
        answered.join("; "),
        by.unwrap_or_else(|| "-".to_owned()),
        or_none(&auto),
        or_none(&entry.limits),
    ]
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit facts policies/default.remit
  remit facts policies/default.remit --json

A fact that nobody sets has failed, and what has failed makes a verdict more careful. Exit codes: 0 good, 3 the policy
does not check.")]
pub(crate) struct FactsArgs {
    /// Policy file; - for standard input
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

pub(crate) fn facts(global: &Global, args: &FactsArgs) -> Done {
    let policy = files::PolicyFiles::at(&args.path)?.policy()?;
    let entries = catalogue::facts(&policy);
    if global.json {
        println!("{}", json!({ "policy": policy.name(), "digest": policy.digest(), "facts": entries }));
    } else {
        let rows: Vec<Vec<String>> = entries.iter().map(fact_row).collect();
        table::print(&["FACT", "TYPE", "SET BY", "READ BY", "MEANING"], &rows);
    }
    Ok(0)
}

fn fact_row(entry: &FactEntry) -> Vec<String> {
    let readers: Vec<String> =
        entry.read_by.iter().map(|reader| format!("{} ({}:{})", reader.what, reader.at.file, reader.at.line)).collect();
    vec![
        entry.written.clone(),
        table::cut(&entry.type_, 40),
        entry.set_by.clone(),
        table::cut(&or_none(&readers), 60),
        entry.meaning.clone(),
    ]
}

fn or_none(words: &[String]) -> String {
    if words.is_empty() { "-".to_owned() } else { words.join(", ") }
}
