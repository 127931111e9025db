//! `remit doctor`: looks at everything that has to be right, and says what is not and what to do. Exit codes: 0 all is
//! well or only warned about, 1 something is wrong.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use clap::Args;
use remit_engine::domain::{DEFAULT_WORKSPACE, JobState};
use remit_engine::metrics::{MOST, counts};
use remit_engine::policies::PolicyError;
use remit_engine::stop::KILL_SWITCH;
use remit_engine::store::read::{self, ConversationFilter};
use remit_engine::store::{Conn, StoreError, inbox};
use serde::Serialize;
use serde_json::json;

use super::shell::Shell;
use super::{Done, Global, table};
use crate::http::written;

#[derive(Debug, Args)]
#[command(after_help = "Example: remit doctor --json")]
pub(crate) struct DoctorArgs {}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Is {
    Well,
    Doubtful,
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    check: &'static str,
    is: Is,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

fn well(check: &'static str, found: impl Into<String>) -> Check {
    Check { check, is: Is::Well, found: found.into(), hint: None }
}

impl Check {
    fn doubtful(mut self, hint: impl Into<String>) -> Self {
        (self.is, self.hint) = (Is::Doubtful, Some(hint.into()));
        self
    }

    fn wrong(mut self, hint: impl Into<String>) -> Self {
        (self.is, self.hint) = (Is::Wrong, Some(hint.into()));
        self
    }

    fn doubtful_if(self, doubtful: bool, hint: impl Into<String>) -> Self {
        if doubtful { self.doubtful(hint) } else { self }
    }
}

/// A flush slower than this makes everything slow, in milliseconds.
const SLOW_FLUSH_MS: f64 = 20.0;
/// A queue whose oldest run waits longer has nobody working on it, in milliseconds.
const LONG_WAIT_MS: i64 = 60_000;
/// What is younger than now by more than this was written under another clock, in milliseconds.
const CLOCK_OFF_MS: i64 = 5_000;

pub(crate) async fn run(global: Global, _: DoctorArgs) -> Done {
    // A store that cannot be opened or brought up to date ends here, with the reason.
    let shell = Shell::open(&global).await?;
    let now = shell.engine.clock().now_ms();
    let begun = Instant::now();
    let mut reader = shell.engine.db().read().await?;
    let conn = &mut reader.conn();
    read::workspace(conn, DEFAULT_WORKSPACE).await?;
    let place = format!("{} answers in {:.1} ms", shell.place(), begun.elapsed().as_secs_f64() * 1000.0);
    let mut checks = vec![well("database", place), policy(&shell).await];
    channels(conn, &mut checks).await?;
    queue(conn, now, &mut checks).await?;
    checks.push(clock(conn, now).await?);
    drop(reader);
    checks.push(disk(&shell.data));

    if global.json {
        println!("{}", json!({ "checks": checks }));
    } else {
        let cells = |check: &Check| {
            let is = match check.is {
                Is::Well => "well",
                Is::Doubtful => "DOUBTFUL",
                Is::Wrong => "WRONG",
            };
            let hint = check.hint.as_deref().map(|hint| format!(": {hint}")).unwrap_or_default();
            vec![is.to_owned(), check.check.to_owned(), format!("{}{hint}", check.found)]
        };
        let rows: Vec<Vec<String>> = checks.iter().map(cells).collect();
        table::print(&["IS", "CHECK", "FOUND"], &rows);
    }
    Ok(u8::from(checks.iter().any(|check| check.is == Is::Wrong)))
}

async fn policy(shell: &Shell) -> Check {
    match shell.engine.policies().in_force(shell.engine.db(), DEFAULT_WORKSPACE).await {
        Ok(in_force) => {
            let digest: String = in_force.policy.digest().chars().take(19).collect();
            well("policy", format!("`{}` is in force ({digest})", in_force.policy.name()))
        }
        Err(PolicyError::None) => {
            well("policy", "none is in force").wrong("nothing is answered: remit serve --policy PATH")
        }
        Err(error) => {
            let found = format!("the one in force cannot be loaded: {error}");
            well("policy", found).wrong("nothing is answered until another one is put in force")
        }
    }
}

/// Each channel and when something happened on its kind last.
async fn channels(conn: &mut Conn<'_>, checks: &mut Vec<Check>) -> Result<(), StoreError> {
    let channels = read::channels(conn, DEFAULT_WORKSPACE).await?;
    if channels.is_empty() {
        checks.push(well("channels", "there is none").doubtful("messages come in on channels: remit channel add"));
    }
    for channel in channels {
        let filter = ConversationFilter { channel: Some(&channel.kind), ..ConversationFilter::default() };
        let last = inbox::page(conn, DEFAULT_WORKSPACE, "", filter, (i64::MAX, "~"), 1).await?;
        let last = last.first().and_then(|row| row.conversation.last_inbound_at);
        let when =
            last.map_or_else(|| "nothing came in yet".to_owned(), |at| format!("last message in {}", written(at)));
        let found = format!("{} {} ({}) is {}; {when}", channel.kind, channel.address, channel.id, channel.status);
        let hint = format!("remit channel secret {}, or --maildir for mail", channel.id);
        let check = match (channel.status.as_str(), last) {
            ("active", Some(_)) => well("channel", found),
            ("active", None) => well("channel", found).doubtful(hint),
            _ => well("channel", found).doubtful(format!("remit channel enable {}", channel.id)),
        };
        checks.push(check);
    }
    let rejected = read::rejected(conn, 0).await?;
    if !rejected.is_empty() {
        let words: Vec<String> = rejected.iter().map(|row| format!("{} {}", row.times, row.reason)).collect();
        let hint = "somebody posts to an inbound address with the wrong secret or body: remit channel secret";
        checks.push(well("turned away", words.join(", ")).doubtful(hint));
    }
    Ok(())
}

async fn queue(conn: &mut Conn<'_>, now: i64, checks: &mut Vec<Check>) -> Result<(), StoreError> {
    let oldest = read::queue_oldest(conn).await?.and_then(|row| row.0).map_or(0, |at| (now - at).max(0));
    let counted = counts(conn, DEFAULT_WORKSPACE, now).await?;
    let of = |state| counted.iter().find(|(known, _)| *known == state).map_or(0, |(_, many)| *many);
    let many = |many: i64| if many >= MOST { format!("{MOST} or more") } else { many.to_string() };
    let found = format!(
        "{} queued, the oldest for {} s; {} wait for a person",
        many(of(JobState::Queued)),
        oldest / 1000,
        many(of(JobState::Waiting))
    );
    checks.push(well("queue", found).doubtful_if(oldest > LONG_WAIT_MS, "does a `remit serve` or `remit worker` run?"));
    let failed = of(JobState::Failed);
    let found = format!("{} failed, {} in doubt", many(failed), many(of(JobState::InDoubt)));
    checks.push(well("jobs", found).doubtful_if(failed + of(JobState::InDoubt) > 0, "remit jobs list"));
    let switches = read::switches(conn, DEFAULT_WORKSPACE).await?;
    let stopped = switches.iter().find(|switch| switch.name == KILL_SWITCH && switch.is_on);
    checks.push(match stopped {
        Some(switch) => {
            let found = format!("all sending is stopped by {} since {}", switch.changed_by, written(switch.changed_at));
            well("kill switch", found).doubtful(switch.reason.clone())
        }
        None => well("kill switch", "off"),
    });
    Ok(())
}

/// The machine's clock against the youngest decision: nothing was decided in the future.
async fn clock(conn: &mut Conn<'_>, now: i64) -> Result<Check, StoreError> {
    let youngest = read::decisions(conn, DEFAULT_WORKSPACE, i64::MAX, "~", 1).await?;
    let ahead = youngest.first().map_or(0, |decision| decision.decided_at - now);
    let found = well("clock", written(now));
    Ok(if ahead > CLOCK_OFF_MS {
        found.wrong(format!(
            "the last decision was made {} s in the future: this clock, or another one, is wrong",
            ahead / 1000
        ))
    } else {
        found
    })
}

/// How long a flush to the disk of the data takes: nothing that is stored for good is faster.
fn disk(folder: &Path) -> Check {
    const TIMES: usize = 9;
    let measured = || -> std::io::Result<Vec<f64>> {
        let mut file = tempfile::tempfile_in(folder)?;
        let mut times = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            let begun = Instant::now();
            file.write_all(&[0; 4096])?;
            file.sync_data()?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        Ok(times)
    };
    match measured() {
        Ok(times) => {
            let median = times.get(TIMES / 2).copied().unwrap_or_default();
            let found = format!("a flush in {} takes {median:.1} ms", folder.display());
            well("disk", found).doubtful_if(median > SLOW_FLUSH_MS, "every commit waits for one; use a faster disk")
        }
        Err(error) => {
            well("disk", format!("cannot write in {}: {error}", folder.display())).wrong("nothing can be stored")
        }
    }
}
