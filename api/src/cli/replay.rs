//! `remit replay`: what recorded traffic would have become under another policy.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use remit_engine::decide::replay::Report;
use remit_engine::decide::replay::report::{Change, Counts, Side};
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::replay::{Progress, Window};

use super::moment::{self, day};
use super::shell::Shell;
use super::{Done, Global, files};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit replay --policy new.remit                        the decisions of the last 30 days
  remit replay --policy new.remit --since 7d --markdown  for a comment on a pull request
  remit replay --policy new.remit --limit 10000 --json   the latest ten thousand, for machines
  remit replay --policy new.remit --fail-on freer        a gate for scripts

Every decision is decided again on the facts that were recorded with it. A fact that was not recorded is worked out
again from the stored texts (detectors, scripts), or the decision is counted as not replayable; nothing is guessed.
Limits and threads depend on what was sent before: they are taken as they were recorded, and counted anew beside it.

Exit codes: 0 good, 3 the policy does not check, 4 the change is one that --fail-on names.")]
pub(crate) struct ReplayArgs {
    /// The candidate: a policy file
    #[arg(long, value_name = "PATH")]
    policy: PathBuf,
    /// How far back: 30d, 12h, 90m, a day such as 2026-03-01, or a time
    #[arg(long, value_name = "TIME", default_value = "30d")]
    since: String,
    /// The latest so many decisions at most
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Decisions to name for each change
    #[arg(long, value_name = "N", default_value_t = 3)]
    examples: usize,
    /// Print Markdown, for a comment on a pull request
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// When to fail
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Something would have left more freely, or could not be told
    Freer,
    /// Anything came out otherwise, or could not be told
    Any,
}

pub(crate) async fn run(global: Global, args: ReplayArgs) -> Done {
    let candidate = files::PolicyFiles::at(&args.policy)?.policy()?;
    let shell = Shell::open(&global).await?;
    let now_ms = shell.engine.clock().now_ms();
    let since_ms = moment::back_from(now_ms, &args.since)?;
    let window = Window { since_ms, latest: args.limit, examples: args.examples };
    let bar = bar();
    let progress = |progress: Progress| {
        bar.set_position(share(since_ms, progress.at_ms, now_ms));
        bar.set_message(format!("{} decisions", grouped(progress.decisions)));
    };
    let report = shell.engine.replay(DEFAULT_WORKSPACE, &candidate, window, &progress).await?;
    bar.finish_and_clear();
    if global.json {
        println!("{}", serde_json::to_string(&report)?);
    } else if args.markdown {
        print!("{}", markdown(&report));
    } else {
        print!("{}", human(&report));
    }
    let fails = match args.fail_on {
        None => false,
        Some(FailOn::Freer) => report.may_be_freer(),
        Some(FailOn::Any) => !report.is_empty(),
    };
    Ok(if fails { 4 } else { 0 })
}

/// How far of a thousand the time is: how many decisions there are is not counted first.
fn share(since_ms: i64, at_ms: i64, now_ms: i64) -> u64 {
    let whole = (now_ms - since_ms).max(1) as f64;
    ((at_ms - since_ms).max(0) as f64 / whole * 1000.0) as u64
}

/// Draws to standard error, and only for people.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent}% of the time, {msg}, {elapsed}");
    ProgressBar::new(1000).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Digits in groups of three.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn rows(counts: &Counts) -> [(&'static str, u64); 5] {
    [
        ("unchanged", counts.unchanged),
        ("freer", counts.freer),
        ("stricter", counts.stricter),
        ("sideways", counts.sideways),
        ("not replayable", counts.not_replayable),
    ]
}

fn window(report: &Report) -> String {
    let decisions = grouped(report.decisions);
    match (report.first_at_ms, report.last_at_ms) {
        (Some(first), Some(last)) => format!("{decisions} decisions from {} to {}", day(first), day(last)),
        _ => "no decisions".to_owned(),
    }
}

fn rule(side: &Side) -> String {
    let names: Vec<&str> =
        side.rules.iter().map(|rule| rule.split_once(':').map_or(rule.as_str(), |one| one.1)).collect();
    format!("{} ({})", names.join(", "), side.at)
}

fn examples(change: &Change) -> String {
    let ids: Vec<&str> = change.examples.iter().map(|example| example.decision_id.as_str()).collect();
    ids.join(", ")
}

/// What happens to people, where it is not the same.
fn route(change: &Change) -> Option<String> {
    let side = |side: &Side| match &side.to {
        Some(to) => format!("{} -> {to}", side.route),
        None => side.route.clone(),
    };
    let (old, new) = (side(&change.old), side(&change.new));
    (old != new).then(|| format!("route was {old}, is {new}"))
}

fn human(report: &Report) -> String {
    let mut text = String::new();
    let _ =
        writeln!(text, "{} under {} ({})\n", window(report), report.candidate_name, moment::short(&report.candidate));
    let anew = report.counted_anew.as_ref();
    let heading = if anew.is_some() { "as recorded   limits and threads counted anew" } else { "as recorded" };
    let _ = writeln!(text, "{:<16}{heading}", "");
    for (number, (name, count)) in rows(&report.as_recorded).into_iter().enumerate() {
        let other = anew.and_then(|anew| rows(&anew.counts).get(number).map(|(_, count)| grouped(*count)));
        let line = format!("{name:<16}{:>11}{:>15}", grouped(count), other.unwrap_or_default());
        let _ = writeln!(text, "{}", line.trim_end());
    }
    for change in &report.changes {
        let direction = change.direction.as_str().to_uppercase();
        let (from, to) = (change.old.outcome, change.new.outcome);
        let _ = writeln!(text, "\n{direction:<9} {from} -> {to}   {} time(s)", grouped(change.count));
        let _ = writeln!(text, "          was      {}", rule(&change.old));
        let _ = writeln!(text, "          is       {}", rule(&change.new));
        if let Some(route) = route(change) {
            let _ = writeln!(text, "          {route}");
        }
        if !change.examples.is_empty() {
            let _ = writeln!(text, "          e.g.     {}", examples(change));
        }
    }
    if !report.not_replayable.is_empty() {
        text.push_str("\nnot replayable\n");
        for tally in &report.not_replayable {
            let _ = writeln!(text, "{:>11}  {}", grouped(tally.count), tally.what);
        }
    }
    text.push_str(&notes(report, "\n"));
    text
}

/// What to know when reading the counts, each with `before` in front.
fn notes(report: &Report, before: &str) -> String {
    let mut notes = report.notes.clone();
    if report.worked_out_again > 0 {
        let count = grouped(report.worked_out_again);
        notes.push(format!("detectors and scripts were run again over the stored texts of {count} decisions"));
    }
    if let Some(anew) = &report.counted_anew {
        if anew.answered_before > 0 {
            let count = grouped(anew.answered_before);
            notes.push(format!(
                "counted anew, {count} decisions would not have been asked for: their messages were answered"
            ));
        }
        notes.push(format!("counted anew: {}", anew.assumptions.join("; ")));
    }
    notes.iter().map(|note| format!("{before}note: {note}\n")).collect()
}

fn markdown(report: &Report) -> String {
    let mut text = format!("### What recorded traffic would have become\n\n{}.\n\n", window(report));
    let anew = report.counted_anew.as_ref();
    text.push_str(if anew.is_some() {
        "| | as recorded | counted anew |\n|---|--:|--:|\n"
    } else {
        "| | as recorded |\n|---|--:|\n"
    });
    for (number, (name, count)) in rows(&report.as_recorded).into_iter().enumerate() {
        let other =
            anew.and_then(|anew| rows(&anew.counts).get(number).map(|(_, count)| format!(" {} |", grouped(*count))));
        let _ = writeln!(text, "| {name} | {} |{}", grouped(count), other.unwrap_or_default());
    }
    if !report.changes.is_empty() {
        text.push_str("\n| | outcome | times | was | is | for example |\n|---|---|--:|---|---|---|\n");
    }
    for change in &report.changes {
        let cell = |text: &str| text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;");
        let _ = writeln!(
            text,
            "| **{}** | {} → {} | {} | {} | {}{} | {} |",
            change.direction.as_str(),
            change.old.outcome,
            change.new.outcome,
            grouped(change.count),
            cell(&rule(&change.old)),
            cell(&rule(&change.new)),
            route(change).map(|route| format!("; {}", cell(&route))).unwrap_or_default(),
            examples(change),
        );
    }
    if !report.not_replayable.is_empty() {
        text.push_str("\n| not replayable | why |\n|--:|---|\n");
        for tally in &report.not_replayable {
            let _ = writeln!(text, "| {} | {} |", grouped(tally.count), tally.what.replace('|', "\\|"));
        }
    }
    text.push_str(&notes(report, "\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_groups() {
        assert_eq!([0, 12, 999, 1_000, 1_234_567].map(grouped), ["0", "12", "999", "1,000", "1,234,567"]);
    }
}
