//! Which policy is in force: what a starting process puts there, and `remit policy`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use remit_dsl::diff::render;
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::policies::PolicyError;
use remit_engine::publish::{Acknowledged, By, PublishError, Review};
use remit_engine::store::read;
use serde_json::json;

use super::shell::Shell;
use super::{Done, Failure, Global, files, moment, table};

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// List the versions that were kept, and when which was put in force
    Versions {
        /// Versions to list at most
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Keep a version without putting it in force
    Add {
        /// Policy file
        #[arg(value_name = "PATH")]
        path: PathBuf,
    },
    /// Put a version in force, if everything that stands before it is done
    Activate(ActivateArgs),
    /// Put the version in force again that was there before this one
    Rollback(AcknowledgeArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit policy activate policies/default.remit
  remit policy activate 4f2a90c1b3de --acknowledge 91aa03c2f6e0..4f2a90c1b3de

A version comes into force without errors, with its claims proved and its cases holding. Where some message may leave
more freely than under the version in force, the difference must be acknowledged by both digests: the refusal prints it.

Exit codes: 0 in force, 3 the policy does not check or a case does not hold, 4 not acknowledged, or about another
difference.")]
pub(crate) struct ActivateArgs {
    /// Policy file, or the digest of a version that was kept
    #[arg(value_name = "PATH|DIGEST")]
    which: String,
    #[command(flatten)]
    acknowledge: AcknowledgeArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AcknowledgeArgs {
    /// The difference that you have seen: the digests of the version in force and of the new one
    #[arg(long, value_name = "OLD..NEW")]
    acknowledge: Option<String>,
}

pub(crate) async fn run(global: Global, command: PolicyCommand) -> Done {
    let shell = Shell::open(&global).await?;
    match command {
        PolicyCommand::Versions { limit } => versions(&global, &shell, limit).await,
        PolicyCommand::Add { path } => {
            let digest = add(&shell, &path).await?;
            if global.json {
                println!("{}", json!({ "digest": digest }));
            } else {
                println!("{digest}");
            }
            Ok(0)
        }
        PolicyCommand::Activate(ActivateArgs { which, acknowledge }) => {
            let path = Path::new(&which);
            let digest = if path.exists() { add(&shell, path).await? } else { find(&shell, &which).await? };
            publish(&global, &shell, Some(&digest), &acknowledge).await
        }
        PolicyCommand::Rollback(acknowledge) => publish(&global, &shell, None, &acknowledge).await,
    }
}

/// Keeps the policy of a file; gives its digest.
async fn add(shell: &Shell, path: &Path) -> Result<String, Failure> {
    let files = files::PolicyFiles::at(path)?;
    // Errors are shown with their lines, and the texts are those that were read.
    let policy = files.policy()?;
    let (digest, _) = shell.engine.keep_policy(DEFAULT_WORKSPACE, policy.root(), policy.files()).await?;
    Ok(digest)
}

/// A version that was kept, by its digest or the beginning of it.
async fn find(shell: &Shell, text: &str) -> Result<String, Failure> {
    let wanted = text.strip_prefix("sha256:").unwrap_or(text);
    let mut reader = shell.engine.db().read().await?;
    let rows = read::policy_versions(&mut reader.conn(), DEFAULT_WORKSPACE, i64::MAX, "~", 1000).await?;
    let is_it = |digest: &str| wanted.len() >= 8 && digest.trim_start_matches("sha256:").starts_with(wanted);
    let mut found = rows.into_iter().map(|row| row.digest).filter(|digest| is_it(digest));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err(Failure::new(format!("`{text}` is the beginning of several digests")).code(3)),
        (None, _) => Err(Failure::new(format!("`{text}` is no file and no version that was kept"))
            .hint("remit policy versions lists them; a digest has eight digits at least")
            .code(3)),
    }
}

async fn versions(global: &Global, shell: &Shell, limit: i64) -> Done {
    let mut reader = shell.engine.db().read().await?;
    let conn = &mut reader.conn();
    let active = read::policy_active(conn, DEFAULT_WORKSPACE).await?;
    let rows = read::policy_versions(conn, DEFAULT_WORKSPACE, i64::MAX, "~", limit).await?;
    let history = read::policy_activations(conn, DEFAULT_WORKSPACE, i64::MAX, "~", limit).await?;
    let in_force = active.as_ref().map(|active| active.digest.as_str());
    if global.json {
        let versions: Vec<_> = rows
            .iter()
            .map(|row| {
                json!({
                    "digest": row.digest, "name": row.name, "root": row.root, "kept_at_ms": row.created_at,
                    "in_force": in_force == Some(row.digest.as_str()),
                })
            })
            .collect();
        let history: Vec<_> = history
            .iter()
            .map(|one| {
                json!({
                    "digest": one.digest, "previous": one.previous, "how": one.how, "by": one.by_name, "freer": one.freer,
                    "acknowledged": one.acknowledged.is_some(), "summary": one.summary, "at_ms": one.at,
                })
            })
            .collect();
        println!("{}", json!({ "versions": versions, "history": history }));
        return Ok(0);
    }
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let mark = if in_force == Some(row.digest.as_str()) { "in force" } else { "" };
            vec![
                moment::short(&row.digest).to_owned(),
                row.name.clone(),
                moment::minute(row.created_at),
                mark.to_owned(),
            ]
        })
        .collect();
    table::print(&["DIGEST", "NAME", "KEPT", ""], &rows);
    println!();
    let history: Vec<Vec<String>> = history
        .iter()
        .map(|one| {
            let summary = one.summary.lines().next().unwrap_or_default();
            let digest = moment::short(&one.digest).to_owned();
            vec![moment::minute(one.at), digest, one.how.replace('_', " "), one.by_name.clone(), summary.to_owned()]
        })
        .collect();
    table::print(&["AT", "DIGEST", "HOW", "BY", "DIFFERENCE"], &history);
    Ok(0)
}

/// Puts a version in force, or the one before where none is named.
async fn publish(global: &Global, shell: &Shell, digest: Option<&str>, args: &AcknowledgeArgs) -> Done {
    let engine = &shell.engine;
    let seen = match &args.acknowledge {
        None => None,
        Some(text) => {
            let (old, new) = text.split_once("..").ok_or_else(|| {
                Failure::new(format!("`{text}` names no difference")).hint("write OLD..NEW, the two digests")
            })?;
            let old = if old == "none" { None } else { Some(find(shell, old).await?) };
            Some((old, find(shell, new).await?))
        }
    };
    let acknowledged = seen.as_ref().map(|(old, new)| Acknowledged { old: old.as_deref(), new });
    let published = match digest {
        Some(digest) => engine.publish(DEFAULT_WORKSPACE, digest, acknowledged, By::CommandLine).await,
        None => engine.roll_back(DEFAULT_WORKSPACE, acknowledged, By::CommandLine).await,
    };
    match published {
        Ok(review) => {
            if global.json {
                let (digest, previous) = (&review.digest, &review.in_force);
                println!("{}", json!({ "digest": digest, "previous": previous, "summary": review.summary() }));
            } else {
                println!("in force: {}", review.digest);
                println!("{}", review.summary());
            }
            Ok(0)
        }
        Err(PublishError::AlreadyInForce) => {
            eprintln!("it is in force already");
            Ok(0)
        }
        Err(PublishError::NotAcknowledged(review) | PublishError::OtherDifference(review)) => {
            Err(not_acknowledged(&review, seen.is_some()))
        }
        Err(error) => Err(refused(error)),
    }
}

fn not_acknowledged(review: &Review, other: bool) -> Failure {
    if let Some(diff) = &review.diff {
        eprint!("{}", render::human(diff));
    }
    let short = |digest: &str| moment::short(digest).to_owned();
    let old = review.in_force.as_deref().map_or_else(|| "none".to_owned(), short);
    let message = if other {
        "the acknowledgement is about another difference than this one"
    } else {
        "some message may leave more freely than under the version in force, and nobody has acknowledged it"
    };
    Failure::new(message)
        .hint(format!("if this is what you want: --acknowledge {old}..{}", short(&review.digest)))
        .code(4)
}

/// A refusal in words; cases that do not hold are shown.
fn refused(error: PublishError) -> Failure {
    if let PublishError::TestsFail(cases) = &error {
        for case in cases {
            eprintln!("FAILED  {}  {}: expected {}, but was {}", case.at, case.name, case.expected, case.actual);
        }
    }
    let code = match &error {
        PublishError::Policy(PolicyError::Store(_)) => 1,
        PublishError::Overtaken => 4,
        _ => 3,
    };
    Failure::new(error.to_string()).code(code)
}

/// The policies that come with the binary. The starter lets nothing leave without a person.
pub(crate) fn built_in() -> BTreeMap<&'static str, &'static str> {
    macro_rules! files {
        ($($name:literal),+ $(,)?) => { BTreeMap::from([$(($name, include_str!(concat!("../../../policies/", $name)))),+]) };
    }
    files![
        "starter.remit",
        "default.remit",
        "company-baseline.remit",
        "templates/acknowledge_interest.jinja",
        "templates/acknowledge_objection.jinja",
        "templates/acknowledge_pricing.jinja",
        "templates/acknowledge_question.jinja",
        "templates/apology.jinja",
        "templates/calendar_link.jinja",
        "templates/opening_hours.jinja",
        "templates/polite_close.jinja",
        "templates/you_are_welcome.jinja",
    ]
}

/// Puts a policy in force: the one that is named, else the one that was in force before, else `fallback` of the binary.
///
/// A named policy passes the same gate as any other, but for one thing: whoever names it on the command line of a starting
/// process holds the store and the file, and that counts as the acknowledgement of what it lets go; it is recorded so. One
/// that does not check, or whose cases do not hold, leaves the one before in force and says so; without one before, it is
/// an error.
pub(crate) async fn settle(shell: &Shell, named: Option<&Path>, fallback: &str) -> Result<(), Failure> {
    let engine = &shell.engine;
    if let Some(path) = named {
        let files = files::PolicyFiles::at(path)?;
        let started =
            engine.start_with(DEFAULT_WORKSPACE, &files.root, &|path| files.read(path), By::CommandLine).await;
        let why = match started {
            Ok(in_force) => {
                tracing::info!(policy = in_force.policy.name(), digest = in_force.policy.digest(), "in force");
                return Ok(());
            }
            Err(PublishError::Policy(PolicyError::Invalid(diagnostics))) => {
                eprint!("{}", files.render(&diagnostics, false));
                "does not check".to_owned()
            }
            Err(PublishError::TestsFail(cases)) => {
                let count = cases.len();
                drop(refused(PublishError::TestsFail(cases)));
                format!("has {count} case(s) that do not hold")
            }
            Err(PublishError::Policy(error)) => return Err(error.into()),
            Err(error) => return Err(error.into()),
        };
        let before = engine.policies().in_force(engine.db(), DEFAULT_WORKSPACE).await;
        let Ok(before) = before else {
            return Err(Failure::new(format!("`{}` {why}", path.display())).code(3));
        };
        eprintln!("warning: `{}` {why}; the policy `{}` stays in force", path.display(), before.policy.name());
        return Ok(());
    }
    match engine.policies().in_force(engine.db(), DEFAULT_WORKSPACE).await {
        Ok(_) => Ok(()),
        Err(PolicyError::None) => {
            let files = built_in();
            let read = |path: &str| {
                files.get(path).map(|text| (*text).to_owned()).ok_or_else(|| "it is not in the binary".to_owned())
            };
            match engine.start_with(DEFAULT_WORKSPACE, fallback, &read, By::SetUp("remit")).await {
                // Another process was faster: what it put in force is in force.
                Ok(_) | Err(PublishError::Overtaken) => Ok(()),
                Err(error) => Err(error.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}
