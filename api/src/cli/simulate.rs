//! `remit simulate`: what would become of messages under a policy. Nothing is sent and nothing is stored.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use remit_dsl::Location;
use remit_engine::clock::SystemClock;
use remit_engine::policies::InForce;
use remit_engine::ports::Clock as _;
use remit_engine::simulate::{self, Content, Given, Simulated, Simulator};
use serde_json::{Value, json};

use super::{Done, Failure, Global, files, inspect, model, moment, table};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit simulate mails --policy policies/default.remit
  remit simulate pack.jsonl --policy new.remit --at 2026-03-03T10:00:00Z > pack.txt
  echo '{\"text\":\"When are you open?\"}' | remit simulate - --policy policies/default.remit

A JSON line is what the inbound address takes, and may say less: `text` is enough. What only an inbox would know stands in
`given`: channel, segments, known, paused, opted_out, depth, human_active, over, switches. For example
  {\"text\":\"When?\",\"from\":{\"address\":\"+41791234567\"},\"given\":{\"channel\":\"sms\",\"segments\":[\"vip\"],\"known\":true}}

The same messages, policy and --at give the same table, sorted by message: keep it beside the policy.")]
pub(crate) struct SimulateArgs {
    /// Mails (.eml), JSON lines (.jsonl), folders of both, or - for JSON lines from standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Policy file
    #[arg(long, value_name = "PATH")]
    policy: PathBuf,
    /// The time at which they come in: a day in UTC or an RFC 3339 time [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Every contact is in this segment; may be repeated
    #[arg(long, value_name = "NAME")]
    segment: Vec<String>,
    /// Every contact has written before
    #[arg(long)]
    known: bool,
    /// Print Markdown, for a comment on a pull request
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

/// One message of a pack.
#[derive(Debug)]
struct Letter {
    /// File, and the number of the line where a file has several.
    name: String,
    content: Content,
    given: Given,
}

pub(crate) fn run(global: &Global, args: &SimulateArgs) -> Done {
    let policy = files::PolicyFiles::at(&args.policy)?.policy()?;
    let now_ms = match &args.at {
        Some(text) => moment::back_from(SystemClock.now_ms(), text)?,
        None => SystemClock.now_ms(),
    };
    let pair = model::local(&global.data)?.offline(&policy);
    let (classifier, drafter) = pair.map_err(|reason| Failure::new(reason).code(3))?;
    let simulator = Simulator::new(InForce::new(policy, classifier, drafter), now_ms);
    let mut letters = Vec::new();
    for path in collect(&args.paths)? {
        read(&path, args, &mut letters)?;
    }
    letters.sort_by(|a, b| a.name.cmp(&b.name));
    let results = all(&simulator, &letters)?;
    if global.json {
        for (letter, result) in letters.iter().zip(&results) {
            println!("{}", object(&letter.name, result)?);
        }
    } else {
        print(&letters, &results, args.markdown);
    }
    Ok(0)
}

/// All messages, in order, on every core.
fn all(simulator: &Simulator, letters: &[Letter]) -> Result<Vec<Simulated>, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let size = letters.len().div_ceil(cores).max(1);
    let done = AtomicUsize::new(0);
    let parts: Vec<Result<Vec<Simulated>, Failure>> = std::thread::scope(|scope| {
        let each = |letter: &Letter| {
            let result = simulator.one(&letter.content, &letter.given);
            done.fetch_add(1, Ordering::Relaxed);
            result.map_err(|error| Failure::new(format!("{}: {error}", letter.name)).code(3))
        };
        let workers: Vec<_> =
            letters.chunks(size).map(|part| scope.spawn(move || part.iter().map(each).collect())).collect();
        watch(letters.len(), &done, || workers.iter().all(std::thread::ScopedJoinHandle::is_finished));
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| Err(Failure::new("a message could not be read"))))
            .collect()
    });
    let mut results = Vec::with_capacity(letters.len());
    for part in parts {
        results.extend(part?);
    }
    Ok(results)
}

/// Shows how far it is where that takes longer than a second. Draws to standard error, and only for people.
fn watch(total: usize, done: &AtomicUsize, finished: impl Fn() -> bool) {
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} messages, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    let mut looks = 0_u32;
    while !finished() {
        std::thread::sleep(Duration::from_millis(if looks < 50 { 2 } else { 100 }));
        looks += 1;
        if looks == 60 {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        bar.set_position(done.load(Ordering::Relaxed) as u64);
    }
    bar.finish_and_clear();
}

/// The files to read. In folders: mails and JSON lines, to any depth.
fn collect(paths: &[PathBuf]) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut files = BTreeSet::new();
    for path in paths {
        if path.is_dir() {
            walk(path, &mut files)?;
        } else if path.is_file() || path == Path::new("-") {
            files.insert(path.clone());
        } else {
            return Err(Failure::new(format!("there is no file or folder `{}`", path.display())).code(3));
        }
    }
    if files.is_empty() {
        return Err(Failure::new("there is no .eml and no .jsonl file in there").code(3));
    }
    Ok(files)
}

fn walk(folder: &Path, files: &mut BTreeSet<PathBuf>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Failure::new(format!("cannot read the folder `{}`: {error}", folder.display())))?;
    for entry in entries {
        let entry = entry?;
        let (path, hidden) = (entry.path(), entry.file_name().as_encoded_bytes().starts_with(b"."));
        if entry.file_type()?.is_dir() {
            if !hidden {
                walk(&path, files)?;
            }
        } else if !hidden && path.extension().is_some_and(|end| end == "eml" || end == "jsonl") {
            files.insert(path);
        }
    }
    Ok(())
}

fn read(path: &Path, args: &SimulateArgs, letters: &mut Vec<Letter>) -> Result<(), Failure> {
    let bytes = inspect::read(path)?;
    let name = path.display().to_string();
    let usual = Given { segments: args.segment.clone(), known: args.known, ..Given::default() };
    if path != Path::new("-") && path.extension().is_none_or(|end| end != "jsonl") {
        letters.push(Letter { name, content: Content::Mail(bytes), given: usual });
        return Ok(());
    }
    let text = String::from_utf8_lossy(&bytes);
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("`{name}` line {}", number + 1);
        let wrong = |what: String| Failure::new(format!("{place}: {what}")).code(3);
        let value: Value = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        let Value::Object(fields) = value else { return Err(wrong("is no JSON object".to_owned())) };
        let (message, mut given) = simulate::letter(fields, number + 1).map_err(wrong)?;
        given.segments.extend(usual.segments.iter().cloned());
        given.known |= usual.known;
        // So that a table is sorted as the lines are.
        letters.push(Letter {
            name: format!("{name}:{:05}", number + 1),
            content: Content::Json(Box::new(message)),
            given,
        });
    }
    Ok(())
}

/// One message and its fate, with nothing that changes from run to run.
fn object(name: &str, result: &Simulated) -> Result<Value, serde_json::Error> {
    let mut object = serde_json::to_value(result)?;
    if let Some(fields) = object.as_object_mut() {
        fields.insert("message".to_owned(), json!(name));
    }
    Ok(object)
}

fn print(letters: &[Letter], results: &[Simulated], markdown: bool) {
    let heading = ["MESSAGE", "KIND", "INTENT", "OUTCOME", "ROUTE", "RULE", "AT"];
    let rows: Vec<Vec<String>> = letters
        .iter()
        .zip(results)
        .map(|(letter, result)| {
            let rule = result.deciding.first();
            let at = rule.map_or(&result.route.at, |rule| &rule.at);
            let Location { file, line, .. } = at;
            vec![
                letter.name.clone(),
                if result.kind == "message" && result.automated { "automated".to_owned() } else { result.kind.clone() },
                result.intent.clone().unwrap_or_else(|| "-".to_owned()),
                result.outcome.to_string(),
                result.route.row.clone(),
                rule.map_or_else(|| "-".to_owned(), |rule| rule.name.clone()),
                format!("{file}:{line}"),
            ]
        })
        .collect();
    if !markdown {
        return table::print(&heading, &rows);
    }
    println!("| {} |\n|{}", heading.map(str::to_lowercase).join(" | "), "---|".repeat(heading.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        println!("| {} |", cells.join(" | "));
    }
}
