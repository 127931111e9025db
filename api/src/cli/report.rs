//! What became of messages, as a table or as JSON lines.

use std::collections::BTreeMap;

use remit_engine::domain::{DEFAULT_WORKSPACE, Stage};
use remit_engine::store::ingest::Ingested;
use remit_engine::store::read;
use serde_json::{Value, json};

use super::{Failure, shell::Shell, table};

/// One message and what was decided about it.
#[derive(Debug)]
pub(crate) struct Fate {
    pub(crate) source: String,
    pub(crate) channel: String,
    pub(crate) from: String,
    pub(crate) kind: String,
    pub(crate) intent: String,
    /// Where it stands now: sent, scheduled, approval, held, escalated, off, ...
    pub(crate) now: String,
    pub(crate) rule: String,
    pub(crate) at: String,
    pub(crate) conversation_id: String,
    json: Value,
}

impl Fate {
    /// Looks up what became of a message.
    pub(crate) async fn of(shell: &Shell, source: &str, ingested: &Ingested) -> Result<Self, Failure> {
        let ws = DEFAULT_WORKSPACE;
        let mut reader = shell.engine.db().read().await?;
        let conn = &mut reader.conn();
        let message = read::message(conn, ws, &ingested.message_id).await?;
        let message = message.ok_or_else(|| Failure::new(format!("`{}` is missing", ingested.message_id)))?;
        let run = read::run(conn, ws, &ingested.run_id).await?;
        let run = run.ok_or_else(|| Failure::new(format!("`{}` is missing", ingested.run_id)))?;
        let decision = read::decisions_of_message(conn, ws, &message.id).await?.into_iter().next();
        let now = match (run.stage, run.closed_reason.as_deref()) {
            (Stage::Closed, Some("policy_off")) => "off",
            (Stage::Closed, Some(reason)) => reason,
            (Stage::WaitingApproval, _) => "approval",
            (stage, _) => stage.as_str(),
        }
        .to_owned();
        let intent = match (&message.intent, message.confidence) {
            (Some(intent), Some(confidence)) => format!("{intent} {}.{:02}", confidence / 1000, confidence % 1000 / 10),
            _ => "-".to_owned(),
        };
        let (rule, at) = decision.as_ref().map_or_else(
            || ("-".to_owned(), "-".to_owned()),
            |decision| {
                (
                    decision.rule.clone(),
                    format!("{}:{}:{}", decision.rule_file, decision.rule_line, decision.rule_column),
                )
            },
        );
        let json = json!({
            "source": source, "duplicate": ingested.duplicate, "message_id": message.id,
            "conversation_id": message.conversation_id, "channel": message.channel_kind, "kind": message.kind,
            "from": message.from_address, "subject": message.subject, "intent": message.intent,
            "confidence": message.confidence.map(|thousandths| thousandths as f64 / 1000.0), "stage": run.stage,
            "closed_reason": run.closed_reason, "now": now,
            "outcome": decision.as_ref().map(|decision| &decision.outcome), "rule": rule, "at": at,
            "decision_id": decision.as_ref().map(|decision| &decision.id),
        });
        Ok(Self {
            source: source.to_owned(),
            channel: message.channel_kind,
            from: message.author_name.unwrap_or(message.from_address),
            kind: message.kind,
            intent,
            now,
            rule,
            at,
            conversation_id: message.conversation_id,
            json,
        })
    }
}

/// One JSON object a line.
pub(crate) fn print_json(fates: &[Fate]) {
    for fate in fates {
        println!("{}", fate.json);
    }
}

/// A table of what happened to each.
pub(crate) fn print_table(fates: &[Fate]) {
    let rows: Vec<Vec<String>> = fates
        .iter()
        .map(|fate| {
            vec![
                fate.channel.clone(),
                table::cut(&fate.from, 24),
                fate.intent.clone(),
                fate.now.clone(),
                fate.rule.clone(),
                fate.at.clone(),
            ]
        })
        .collect();
    table::print(&["CHANNEL", "FROM", "INTENT", "NOW", "RULE", "AT"], &rows);
}

/// How many of each, most first.
pub(crate) fn print_counts(what: &str, words: impl Iterator<Item = String>) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let text: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    println!("{what}: {}", if text.is_empty() { "none".to_owned() } else { text.join(", ") });
}
