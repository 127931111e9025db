//! Explain: one decision as an admin reads it. Why, what else matched, where each setting came from, and what would have to
//! be otherwise.

use std::fmt::Write as _;

use remit_dsl::prove::WhatIf;
use remit_dsl::{Detections, Facts, Location, Outcome, Policy, Reason, Setting, Value, Verdict};
use serde::Serialize;

use super::record::Record;
use crate::draft::check::Finding;

/// A decision and everything that is good to know about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The recorded decision; absent when facts were given.
    pub decision: Option<Of>,
    /// Name of the policy.
    pub policy_name: String,
    /// Its digest.
    pub policy_digest: String,
    /// What it says.
    pub verdict: Verdict,
    /// What the detectors found.
    pub detections: Detections,
    /// What the draft checks found, and where.
    pub findings: Vec<Finding>,
    /// What it was decided on.
    pub facts: Facts,
    /// The smallest change that leads to another outcome, where that was asked.
    pub what_if: Option<Asked>,
}

/// Which decision it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Of {
    /// Its id.
    pub id: String,
    /// The message it is about.
    pub message_id: String,
    /// Its conversation.
    pub conversation_id: String,
    /// Which asking: `draft`, `approved`, `release` or `send`.
    pub gate: String,
    /// When it was made, UTC milliseconds.
    pub decided_at_ms: i64,
}

/// A question about another outcome, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The outcome.
    pub outcome: Outcome,
    /// What would have to be otherwise.
    pub answer: WhatIf,
}

impl Explanation {
    /// Explains a recorded decision. `policy` is the version it was made under.
    #[must_use]
    pub fn of_record(decision: Of, record: Record, policy: &Policy, what_if: Option<Outcome>) -> Self {
        let Record { facts, verdict, detections, policy_name, findings, .. } = record;
        let what_if = what_if.map(|outcome| Asked { outcome, answer: policy.what_if(&facts, outcome) });
        let policy_digest = policy.digest().to_owned();
        Self { decision: Some(decision), policy_name, policy_digest, verdict, detections, findings, facts, what_if }
    }

    /// Decides facts and explains that.
    #[must_use]
    pub fn of_facts(policy: &Policy, facts: Facts, what_if: Option<Outcome>) -> Self {
        let what_if = what_if.map(|outcome| Asked { outcome, answer: policy.what_if(&facts, outcome) });
        Self {
            decision: None,
            policy_name: policy.name().to_owned(),
            policy_digest: policy.digest().to_owned(),
            verdict: policy.decide(&facts),
            detections: Detections::default(),
            findings: Vec::new(),
            facts,
            what_if,
        }
    }

    /// For people, a line for each thing. `time` writes UTC milliseconds.
    #[must_use]
    pub fn text(&self, time: &dyn Fn(i64) -> String) -> String {
        let verdict = &self.verdict;
        let mut text = verdict.outcome.as_str().to_uppercase();
        if let Some(of) = &self.decision {
            let asked = match of.gate.as_str() {
                "draft" => "when the draft was ready",
                "approved" => "after a person approved",
                "release" => "when the hold ended",
                _ => "right before the send",
            };
            let _ = write!(text, "   {} {asked}, {}", of.id, time(of.decided_at_ms));
        }
        let _ = writeln!(text, "   policy {}", self.policy_name);
        let mut line = |label: &str, what: &str| {
            let _ = writeln!(text, "  {label:<9}{what}");
        };
        for (number, reason) in verdict.deciding.iter().enumerate() {
            line(if number == 0 { "because" } else { "and" }, &because(reason));
        }
        for (key, found) in self.detections.0.iter().filter(|(_, found)| found.found == Some(true)) {
            let evidence: Vec<String> = found.evidence.iter().map(|words| format!("\"{words}\"")).collect();
            line("found", &format!("{key} ({})", evidence.join(", ")));
        }
        for finding in &self.findings {
            let Finding { check, start, end, words, says } = finding;
            line("draft", &format!("{} \"{}\" ({start}..{end}): {says}", check.fact(), words.replace('\n', " ")));
        }
        let also: Vec<String> = verdict
            .also
            .iter()
            .map(|reason| format!("{} ({}, {}; weaker)", reason.name, reason.outcome, place(&reason.at)))
            .collect();
        if !also.is_empty() {
            line("also", &also.join(", "));
        }
        if let Some(intent) = self.intent() {
            line("intent", &intent);
        }
        line("mode", &setting(&verdict.mode));
        line("risk", &setting(&verdict.tier));
        line("route", &self.route());
        if let Some(until) = verdict.hold_until_ms {
            line("hold", &format!("until {}, then the gate is asked again", time(until)));
        }
        if verdict.outcome == Outcome::Send && verdict.undo_ms > 0 {
            line("undo", &format!("for {} s a person can take it back", verdict.undo_ms / 1000));
        }
        for pause in &verdict.pauses {
            line("pause", &format!("{} ({})", pause.name, place(&pause.at)));
        }
        if !verdict.unknown.is_empty() {
            line("unknown", &format!("{}: counted as matched", verdict.unknown.join(", ")));
        }
        if let Some(asked) = &self.what_if {
            line("what-if", &answer(asked));
        }
        text
    }

    fn intent(&self) -> Option<String> {
        let name = self.facts.get_name("intent")?;
        let share = |key: &str| match self.facts.value(key) {
            Some(Value::Number(thousandths)) => format!("{:.2}", *thousandths as f64 / 1000.0),
            _ => "unknown".to_owned(),
        };
        Some(format!("{name}, confidence {}, margin {}", share("confidence"), share("margin")))
    }

    fn route(&self) -> String {
        let route = &self.verdict.route;
        let mut words = vec![route.row.clone()];
        words.extend(route.team.as_ref().map(|team| format!("-> team {team}")));
        words.extend(route.person.as_ref().map(|person| format!("-> {person}")));
        words.extend(route.skill.as_ref().map(|skill| format!("skill {skill}")));
        words.extend(route.priority.as_ref().map(|priority| format!("priority {priority}")));
        words.extend(route.sla_ms.map(|ms| format!("answer within {} min", ms / 60_000)));
        words.push(format!("<- {}", place(&route.at)));
        words.join(" ")
    }
}

fn place(at: &Location) -> String {
    format!("{}:{}", at.file, at.line)
}

fn because(reason: &Reason) -> String {
    let mut words = vec![format!("{} ({})", reason.name, reason.kind.as_str()), place(&reason.at)];
    words.extend(reason.because.as_ref().map(|because| format!("\"{because}\"")));
    words.extend(reason.owner.as_ref().map(|owner| format!("owner {owner}")));
    words.extend(reason.ticket.clone());
    if reason.uncertain {
        words.push("(only because a fact could not be determined)".to_owned());
    }
    words.join("  ")
}

fn setting(setting: &Setting) -> String {
    let from = setting.at.as_ref().map_or_else(|| "the default".to_owned(), place);
    match &setting.capped_by {
        Some(cap) => format!("{} <- cap {}; setting {from}", setting.value, place(cap)),
        None => format!("{} <- {from}", setting.value),
    }
}

fn answer(asked: &Asked) -> String {
    let outcome = asked.outcome;
    match &asked.answer {
        WhatIf::Already => format!("{outcome}: it is that already"),
        WhatIf::Change { changes, .. } => format!("{outcome}: {}", changes.join(", and ")),
        WhatIf::Impossible { claims } if claims.is_empty() => {
            format!(
                "{outcome}: never, as long as channel, agent, intent and what the contact has decided stay as they are"
            )
        }
        WhatIf::Impossible { claims } => format!("{outcome}: never; {}", claims.join("; ")),
        WhatIf::Unknown => format!("{outcome}: it cannot be said"),
    }
}
