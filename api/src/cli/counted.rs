//! Recorded traffic beside a difference: how many messages each region concerns.

use std::fmt::Write as _;

use remit_dsl::Policy;
use remit_dsl::diff::{Diff, Region};
use remit_engine::decide::replay::TrafficCounts;
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::replay::Window;

use super::replay::grouped;
use super::shell::{self, Shell};
use super::{Failure, Global, moment};

/// Counts over the store that the global options name.
pub(crate) fn count(
    global: &Global,
    since: &str,
    (diff, old, new): (&Diff, &Policy, &Policy),
) -> Result<TrafficCounts, Failure> {
    shell::wait_for(async {
        let shell = Shell::open(global).await?;
        let since_ms = moment::back_from(shell.engine.clock().now_ms(), since)?;
        let window = Window { since_ms, latest: None, examples: 0 };
        Ok(shell.engine.traffic(DEFAULT_WORKSPACE, (diff, old, new), window, &|_| {}).await?)
    })
}

fn place(region: &Region) -> String {
    match (region.when_facts_fail, region.when.is_empty()) {
        (true, _) => "when a fact could not be determined".to_owned(),
        (false, true) => "every message".to_owned(),
        (false, false) => region.when.join(", "),
    }
}

/// What is beside the regions, as (count, what).
fn rest(counts: &TrafficCounts) -> Vec<(u64, &'static str)> {
    let rest = [
        (counts.elsewhere, "decided otherwise by what is in no region"),
        (counts.not_replayable, "not replayable: a version reads what was not recorded"),
    ];
    rest.into_iter().filter(|(count, _)| *count > 0).collect()
}

/// For a terminal.
pub(crate) fn human(diff: &Diff, counts: &TrafficCounts) -> String {
    let mut text = format!("TRAFFIC   {} recorded messages\n", grouped(counts.messages));
    for (region, count) in diff.regions.iter().zip(&counts.regions) {
        let (from, to) = (region.from, region.to);
        let _ = writeln!(text, "{:>11}  {from} -> {to}   {}", grouped(*count), place(region));
    }
    for (count, what) in rest(counts) {
        let _ = writeln!(text, "{:>11}  {what}", grouped(count));
    }
    text
}

/// For a comment on a pull request.
pub(crate) fn markdown(diff: &Diff, counts: &TrafficCounts) -> String {
    let mut text = format!("\n| of {} recorded messages | what |\n|--:|---|\n", grouped(counts.messages));
    let cell = |text: &str| text.replace('|', "\\|").replace('<', "&lt;");
    for (region, count) in diff.regions.iter().zip(&counts.regions) {
        let (from, to) = (region.from, region.to);
        let _ = writeln!(text, "| {} | {from} → {to}: {} |", grouped(*count), cell(&place(region)));
    }
    for (count, what) in rest(counts) {
        let _ = writeln!(text, "| {} | {what} |", grouped(count));
    }
    text
}
