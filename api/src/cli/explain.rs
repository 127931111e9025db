//! `remit explain`: why a decision was made, and what would have to be otherwise.

use std::path::{Path, PathBuf};

use clap::Args;
use remit_dsl::{Facts, Outcome};
use remit_engine::EngineError;
use remit_engine::decide::explain::Explanation;
use remit_engine::domain::DEFAULT_WORKSPACE;
use serde_json::Value;

use super::shell::{self, Shell};
use super::{Done, Failure, Global, files, inspect, moment};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit explain dec_01k7…                                          under the version that was in force then
  remit explain dec_01k7… --what-if send                           what would have let it go
  remit explain facts.json --policy policies/default.remit         facts instead of a record

Facts are what a decision record holds: {\"now_ms\":…,\"values\":{\"channel\":{\"value\":\"email\",\"from\":\"observed\"},…}}.

Exit codes: 0 explained, 3 there is no such decision or the facts cannot be read.")]
pub(crate) struct ExplainArgs {
    /// A decision, `dec_…`, or a file of facts; - for standard input
    #[arg(value_name = "ID|FACTS")]
    what: String,
    /// Decide the facts (of the file, or of the decision) under this policy
    #[arg(long, value_name = "PATH")]
    policy: Option<PathBuf>,
    /// Say what would have to be otherwise for this outcome: send, hold, approval, off or escalate
    #[arg(long, value_name = "OUTCOME")]
    what_if: Option<Outcome>,
}

pub(crate) fn run(global: Global, args: ExplainArgs) -> Done {
    let policy = args.policy.as_ref().map(|path| files::PolicyFiles::at(path)?.policy()).transpose()?;
    if !args.what.starts_with("dec_") {
        let Some(policy) = policy else {
            return Err(Failure::new("facts need a policy to be decided under").hint("name one with --policy"));
        };
        let explanation = Explanation::of_facts(&policy, facts(Path::new(&args.what))?, args.what_if);
        return print(&global, &explanation);
    }
    shell::block_on(async move {
        let shell = Shell::open(&global).await?;
        let explained = shell.engine.explain(DEFAULT_WORKSPACE, &args.what, args.what_if).await;
        let explanation = match (explained, &policy) {
            (Ok(recorded), Some(policy)) => Explanation {
                decision: recorded.decision,
                ..Explanation::of_facts(policy, recorded.facts, args.what_if)
            },
            (Ok(recorded), None) => recorded,
            (Err(EngineError::NotFound { .. }), _) => {
                return Err(Failure::new(format!("there is no decision `{}`", args.what)).code(3));
            }
            (Err(error), _) => return Err(error.into()),
        };
        print(&global, &explanation)
    })
}

/// The facts of a file: alone, or in a whole record.
fn facts(path: &Path) -> Result<Facts, Failure> {
    let wrong = |what: String| Failure::new(format!("`{}`: {what}", path.display())).code(3);
    let value: Value =
        serde_json::from_slice(&inspect::read(path)?).map_err(|error| wrong(format!("is no JSON: {error}")))?;
    let facts = value.get("facts").cloned().unwrap_or(value);
    serde_json::from_value(facts).map_err(|error| wrong(format!("are no facts: {error}")))
}

fn print(global: &Global, explanation: &Explanation) -> Done {
    if global.json {
        println!("{}", serde_json::to_string(explanation)?);
    } else {
        print!("{}", explanation.text(&moment::minute));
    }
    Ok(0)
}
