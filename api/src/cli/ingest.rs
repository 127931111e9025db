//! `remit ingest`: real RFC 5322 mail from files, folders or standard input, stored and worked on.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::Args;
use futures_util::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use remit_engine::domain::ChannelKind;
use remit_engine::store::ingest::Ingested;
use remit_engine::store::rows::ChannelRow;

use super::report::{self, Fate};
use super::shell::Shell;
use super::{Done, Failure, Global, channel, inspect, policy};

#[derive(Debug, Args)]
#[command(after_help = "Example: remit ingest mail.eml --policy policies/default.remit")]
pub(crate) struct IngestArgs {
    /// Mails, folders of mails (read to any depth), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Policy to put in force first [default: the one in force, else one under which nothing leaves without a person]
    #[arg(long, value_name = "PATH")]
    policy: Option<PathBuf>,
    /// Our own mail address, for the mail channel that is made if there is none
    #[arg(long, value_name = "ADDRESS", default_value = "inbox@localhost")]
    address: String,
    /// Only store the mails; whoever serves the store works on them
    #[arg(long)]
    store_only: bool,
}

/// Files that are certainly no mail: what lies beside mails in a folder.
const NOT_MAIL: &[&str] =
    &["json", "jsonl", "md", "html", "htm", "csv", "yaml", "yml", "toml", "png", "jpg", "pdf", "zip"];

/// Mails that are read and parsed at the same time.
const AT_ONCE: usize = 32;

pub(crate) async fn run(global: Global, args: IngestArgs) -> Done {
    let (files, passed_over) = collect(&args.paths)?;
    let mut shell = Shell::open(&global).await?;
    policy::settle(&shell, args.policy.as_deref(), "starter.remit").await?;
    let channel = channel::ensure(&shell, ChannelKind::Email, "Support", &args.address).await?;

    let works = !args.store_only && shell.own()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let engine = shell.engine.clone();
    let running = works.then(|| {
        tokio::spawn(async move {
            engine
                .run(async move {
                    let _ = stopped.await;
                })
                .await;
        })
    });

    let stored = store_all(&shell, &channel, &files).await;
    if works {
        shell.engine.settle().await?;
        let _ = stop.send(());
    }
    if let Some(running) = running {
        running.await?;
    }

    let (mut fates, mut duplicates, mut failed) = (Vec::new(), 0, 0);
    for (path, ingested) in stored {
        match ingested {
            Ok(ingested) => {
                duplicates += usize::from(ingested.duplicate);
                fates.push(Fate::of(&shell, &path.display().to_string(), &ingested).await?);
            }
            Err(failure) => {
                failed += 1;
                eprintln!("error: `{}`: {}", path.display(), failure.message);
            }
        }
    }
    if global.json {
        report::print_json(&fates);
    } else {
        if fates.len() <= 40 {
            report::print_table(&fates);
        }
        println!(
            "{} mail(s): {} new, {duplicates} seen before, {failed} not stored; {passed_over} other file(s) passed over",
            files.len(),
            fates.len() - duplicates
        );
        report::print_counts("kinds", fates.iter().map(|fate| fate.kind.clone()));
        report::print_counts("now", fates.iter().map(|fate| fate.now.clone()));
        let unreadable = fates.iter().filter(|fate| fate.kind == "unparsable");
        for fate in unreadable.take(10) {
            println!("unreadable, kept as it is: {}", fate.source);
        }
        if !works {
            println!("stored only: whoever serves this store works on them");
        }
        println!("outbox: {}", shell.outbox().display());
    }
    Ok(u8::from(failed > 0))
}

async fn store_all(
    shell: &Shell,
    channel: &ChannelRow,
    files: &[PathBuf],
) -> Vec<(PathBuf, Result<Ingested, Failure>)> {
    let bar = progress(files.len());
    let mut stored = Vec::with_capacity(files.len());
    let mut work = stream::iter(files.iter().cloned())
        .map(|path| async {
            let ingested = store(shell, channel, &path).await;
            (path, ingested)
        })
        .buffered(AT_ONCE);
    while let Some(done) = work.next().await {
        bar.inc(1);
        stored.push(done);
    }
    bar.finish_and_clear();
    stored
}

async fn store(shell: &Shell, channel: &ChannelRow, path: &Path) -> Result<Ingested, Failure> {
    let source = path.display().to_string();
    let path = path.to_owned();
    let raw = tokio::task::spawn_blocking(move || inspect::read(&path)).await??;
    Ok(shell.engine.take_mail(channel, &source, &raw).await?)
}

fn progress(total: usize) -> ProgressBar {
    if total < 50 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} mails, {per_sec}, {eta} left");
    ProgressBar::new(total as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// The files to read, in order, and how many were passed over.
fn collect(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, usize), Failure> {
    let (mut files, mut passed_over) = (BTreeSet::new(), 0);
    for path in paths {
        if path.is_dir() {
            walk(path, &mut files, &mut passed_over)?;
        } else if path.is_file() || path == Path::new("-") {
            files.insert(path.clone());
        } else {
            return Err(Failure::new(format!("there is no file or folder `{}`", path.display())).code(3));
        }
    }
    Ok((files.into_iter().collect(), passed_over))
}

fn walk(folder: &Path, files: &mut BTreeSet<PathBuf>, passed_over: &mut usize) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Failure::new(format!("cannot read the folder `{}`: {error}", folder.display())))?;
    for entry in entries {
        let entry = entry?;
        let (path, hidden) = (entry.path(), entry.file_name().as_encoded_bytes().starts_with(b"."));
        if entry.file_type()?.is_dir() {
            if !hidden {
                walk(&path, files, passed_over)?;
            }
            continue;
        }
        let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase);
        if hidden || !path.is_file() || extension.is_some_and(|extension| NOT_MAIL.contains(&extension.as_str())) {
            *passed_over += 1;
        } else {
            files.insert(path);
        }
    }
    Ok(())
}
