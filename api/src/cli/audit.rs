//! `remit audit`: whether every decision is as it was made. Exit codes: 0 all is well, 3 something was changed.

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::ledger::{Head, Problem};
use remit_engine::store::read;
use serde_json::json;

use super::shell::Shell;
use super::{Done, Global};

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Read the whole ledger and every decision in it, and name what is not as it was sealed
    #[command(after_help = "Example: remit audit verify --expect \"$(cat last-head.txt)\"")]
    Verify {
        /// A head printed before by `remit audit head`: this block must still be there
        #[arg(long, value_name = "NUMBER:HASH")]
        expect: Option<Head>,
    },
    /// Print the youngest block of the ledger. Keep it elsewhere: without it nobody can tell that the end was cut off
    Head,
}

pub(crate) async fn run(global: Global, command: AuditCommand) -> Done {
    let shell = Shell::open(&global).await?;
    match command {
        AuditCommand::Verify { expect } => verify(&global, &shell, expect.as_ref()).await,
        AuditCommand::Head => {
            let mut reader = shell.engine.db().read().await?;
            let head = read::ledger_head(&mut reader.conn(), DEFAULT_WORKSPACE).await?;
            let head = head.map(|block| Head { seq: block.seq, sha256: block.sha256 });
            match head {
                head if global.json => println!("{}", json!({ "head": head })),
                Some(head) => println!("{head}"),
                None => eprintln!("no decision is sealed yet"),
            }
            Ok(0)
        }
    }
}

async fn verify(global: &Global, shell: &Shell, expect: Option<&Head>) -> Done {
    // Draws to standard error, and only for people.
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} decisions checked, {per_sec}") {
        bar.set_style(style);
    }
    let progress = |count: i64| bar.set_position(count.unsigned_abs());
    let found = shell.engine.verify(DEFAULT_WORKSPACE, expect, &progress).await?;
    bar.finish_and_clear();
    if global.json {
        println!("{}", serde_json::to_string(&found)?);
    } else {
        for problem in &found.problems {
            println!("{}", in_words(problem));
        }
        let head = found.head.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
        println!("{} decisions in {} blocks are as they were sealed", found.decisions, found.blocks);
        println!("{} are too young to be sealed", found.not_sealed_yet);
        println!("head {head}");
    }
    Ok(if found.problems.is_empty() { 0 } else { 3 })
}

fn in_words(problem: &Problem) -> String {
    match problem {
        Problem::DecisionChanged { decision_id, block } => {
            format!("CHANGED   decision {decision_id} is not as it was sealed in block {block}")
        }
        Problem::DecisionMissing { decision_id, block } => {
            format!("MISSING   decision {decision_id} was sealed in block {block} and is gone")
        }
        Problem::DecisionNotSealed { decision_id } => {
            format!("ADDED     decision {decision_id} claims to be old and is in no block")
        }
        Problem::BlockChanged { block } => format!("CHANGED   block {block} of the ledger is not as it was sealed"),
        Problem::ChainBroken { block } => format!("BROKEN    block {block} does not stand on the block before it"),
        Problem::HeadMissing { expected } => {
            format!("CUT OFF   block {} with the expected hash is not in the ledger", expected.seq)
        }
    }
}
