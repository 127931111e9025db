//! `remit jobs`: the work that waits or has failed, and what a person does about it.

use clap::{Args, Subcommand, ValueEnum};
use remit_engine::decide::job::{Operator, Word};
use remit_engine::domain::{DEFAULT_WORKSPACE, JobState};
use remit_engine::metrics::{MOST, counts};
use remit_engine::store::jobs::{self, JobRow};
use remit_engine::store::read;
use remit_engine::store::rows::RunErrorRow;
use serde_json::{Value, json};

use super::shell::Shell;
use super::{Done, Failure, Global, table};
use crate::http::{self, written};

/// Failures that `show` prints at most.
const MOST_ERRORS: i64 = 100;

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// List jobs in a state, the oldest first, and how many there are in each
    #[command(after_help = "Example: remit jobs list --state in-doubt")]
    List(ListArgs),
    /// Show a job and everything that failed in it
    Show {
        /// Job id, run_…
        id: String,
    },
    /// Have failed jobs tried again; the gate is asked again before anything leaves
    #[command(after_help = "Example: remit jobs retry run_01abc run_01abd --note 'the provider is back'\n\n\
        A reply of which nobody knows whether it left is never sent again by itself: say --mark-sent or --send-again.")]
    Retry {
        /// Job ids, run_…
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// The replies in doubt were sent: the contacts have them
        #[arg(long, conflicts_with = "send_again")]
        mark_sent: bool,
        /// The replies in doubt were not sent, or may as well come twice
        #[arg(long)]
        send_again: bool,
        #[command(flatten)]
        who: Who,
    },
    /// End jobs: nothing of them is sent
    Cancel {
        /// Job ids, run_…
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        #[command(flatten)]
        who: Who,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Which jobs
    #[arg(long, value_enum, default_value_t = Listed::Failed)]
    state: Listed,
    /// Rows, 1 to 1000
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Go on after this job, the last one of the page before
    #[arg(long, value_name = "ID")]
    after: Option<String>,
}

/// Who does it and why, for the timeline
#[derive(Debug, Args)]
pub(crate) struct Who {
    /// Your name
    #[arg(long, env = "USER", hide_env = true, default_value = "The command line", value_name = "NAME")]
    by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl Who {
    fn operator(&self) -> Operator<'_> {
        let note = self.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
        Operator { name: self.by.trim(), note }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Listed {
    /// Its turn comes as soon as a worker is free
    Queued,
    /// An attempt failed; the next one waits for its time
    Retrying,
    /// The provider is being called
    Working,
    /// A person is asked about the draft
    Waiting,
    /// It leaves at a time
    Scheduled,
    /// The gate is asked again at a time
    Held,
    /// Nobody knows whether the reply left
    InDoubt,
    /// Given up
    Failed,
}

impl From<Listed> for JobState {
    fn from(listed: Listed) -> Self {
        match listed {
            Listed::Queued => Self::Queued,
            Listed::Retrying => Self::Retrying,
            Listed::Working => Self::Working,
            Listed::Waiting => Self::Waiting,
            Listed::Scheduled => Self::Scheduled,
            Listed::Held => Self::Held,
            Listed::InDoubt => Self::InDoubt,
            Listed::Failed => Self::Failed,
        }
    }
}

pub(crate) async fn run(global: Global, command: JobsCommand) -> Done {
    let shell = Shell::open(&global).await?;
    match command {
        JobsCommand::List(args) => list(&shell, &args, global.json).await,
        JobsCommand::Show { id } => show(&shell, &id, global.json).await,
        JobsCommand::Retry { ids, mark_sent, send_again, who } => {
            let word = match (mark_sent, send_again) {
                (true, _) => Some(Word::MarkSent),
                (_, true) => Some(Word::SendAgain),
                _ => None,
            };
            each(&shell, &ids, global.json, async |id| {
                shell.engine.retry_job(DEFAULT_WORKSPACE, id, who.operator(), word).await
            })
            .await
        }
        JobsCommand::Cancel { ids, who } => {
            each(&shell, &ids, global.json, async |id| {
                shell.engine.cancel_job(DEFAULT_WORKSPACE, id, who.operator()).await
            })
            .await
        }
    }
}

async fn list(shell: &Shell, args: &ListArgs, as_json: bool) -> Done {
    let (state, now) = (JobState::from(args.state), shell.engine.clock().now_ms());
    let after = match &args.after {
        Some(id) => {
            let last = one(shell, id).await?;
            (last.run.ready_at.unwrap_or(i64::MIN), last.run.id)
        }
        None => (i64::MIN, String::new()),
    };
    let mut reader = shell.engine.db().read().await?;
    let conn = &mut reader.conn();
    let limit = i64::from(args.limit);
    let rows = jobs::list(conn, DEFAULT_WORKSPACE, state, (after.0, &after.1), now, limit).await?;
    let counted = counts(conn, DEFAULT_WORKSPACE, now).await?;
    if as_json {
        let by_state: serde_json::Map<String, Value> =
            counted.iter().map(|(state, many)| (state.to_string(), json!(many))).collect();
        let full = rows.len() == usize::from(args.limit);
        let next = rows.last().filter(|_| full).map(|row| row.run.id.clone());
        let data: Vec<Value> = rows.iter().map(|row| as_value(row, now)).collect();
        println!("{}", json!({ "data": data, "next_after": next, "counts": by_state }));
        return Ok(0);
    }
    if rows.is_empty() {
        println!("no job is {}", state.as_str().replace('_', " "));
    } else {
        let cells = |row: &JobRow| {
            let who = row.contact_name.clone().unwrap_or_else(|| row.contact_id.clone());
            let error = row.run.last_error.as_deref().unwrap_or_default();
            vec![
                row.run.id.clone(),
                row.channel_kind.clone(),
                table::cut(&who, 24),
                row.run.stage.to_string(),
                row.run.attempt.to_string(),
                row.run.ready_at.map(written).unwrap_or_default(),
                table::cut(error, 60),
            ]
        };
        let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
        table::print(&["JOB", "CHANNEL", "CONTACT", "STAGE", "FAILURES", "NEXT", "LAST ERROR"], &rows);
    }
    let words = counted.iter().filter(|(_, many)| *many > 0).map(|(state, many)| {
        let many = if *many >= MOST { format!("{MOST} or more") } else { many.to_string() };
        format!("{many} {}", state.as_str().replace('_', " "))
    });
    let words: Vec<String> = words.collect();
    if !words.is_empty() {
        eprintln!("{}", words.join(", "));
    }
    Ok(0)
}

async fn one(shell: &Shell, id: &str) -> Result<JobRow, Failure> {
    let mut reader = shell.engine.db().read().await?;
    let found = jobs::one(&mut reader.conn(), DEFAULT_WORKSPACE, id).await?;
    found.ok_or_else(|| Failure::new(format!("there is no job `{id}`")).hint("remit jobs list").code(3))
}

async fn show(shell: &Shell, id: &str, as_json: bool) -> Done {
    let job = one(shell, id).await?;
    let mut reader = shell.engine.db().read().await?;
    let errors = read::run_errors(&mut reader.conn(), DEFAULT_WORKSPACE, id, i64::MAX, MOST_ERRORS).await?;
    let now = shell.engine.clock().now_ms();
    if as_json {
        let error = |row: &RunErrorRow| {
            json!({
                "class": row.class, "error": row.error, "stage": row.stage, "attempt": row.attempt, "at": written(row.at),
            })
        };
        let errors: Vec<Value> = errors.iter().map(error).collect();
        println!("{}", json!({ "job": as_value(&job, now), "errors": errors }));
        return Ok(0);
    }
    let state = job.state(now);
    println!("{}  {}", job.run.id, state.as_str().replace('_', " "));
    println!("conversation  {}", job.run.conversation_id);
    println!("contact       {}", job.contact_name.as_deref().unwrap_or(&job.contact_id));
    println!("channel       {}", job.channel_kind);
    println!("stage         {}", job.run.stage);
    if let Some(reason) = job.run.closed_reason.as_deref().or(job.run.last_error.as_deref()) {
        println!("because       {reason}");
    }
    if let Some(at) = job.run.ready_at {
        println!("next          {}", written(at));
    }
    if !errors.is_empty() {
        println!();
        let cells = |row: &RunErrorRow| {
            vec![
                written(row.at),
                row.attempt.to_string(),
                row.stage.clone(),
                row.class.clone(),
                table::cut(&row.error, 80),
            ]
        };
        let rows: Vec<Vec<String>> = errors.iter().map(cells).collect();
        table::print(&["AT", "FAILURE", "STAGE", "CLASS", "ERROR"], &rows);
    }
    match state {
        JobState::InDoubt => {
            eprintln!("hint: remit jobs retry {id} --mark-sent | --send-again, or remit jobs cancel {id}")
        }
        JobState::Failed => eprintln!("hint: remit jobs retry {id}, or remit jobs cancel {id}"),
        _ => {}
    }
    Ok(0)
}

/// Does the same with each job and says what each came to. Exit code 4 when one of them was left as it is.
async fn each(
    shell: &Shell,
    ids: &[String],
    as_json: bool,
    act: impl AsyncFn(&str) -> Result<(), remit_engine::EngineError>,
) -> Done {
    let mut code = 0;
    let mut shown = Vec::new();
    for id in ids {
        match act(id).await {
            Ok(()) if as_json => shown.push(as_value(&one(shell, id).await?, shell.engine.clock().now_ms())),
            Ok(()) => {
                let job = one(shell, id).await?;
                println!("{id}  {}", job.state(shell.engine.clock().now_ms()).as_str().replace('_', " "));
            }
            Err(error) => {
                code = 4;
                eprintln!("error: {id}: {error}");
            }
        }
    }
    if as_json {
        println!("{}", json!({ "data": shown }));
    }
    Ok(code)
}

/// As the API shows it.
fn as_value(row: &JobRow, now_ms: i64) -> Value {
    http::job(row, now_ms)
}
