//! `remit doc`: the policy as plain prose, for auditors.

use std::path::PathBuf;

use clap::Args;

use super::{Done, Global, files};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit doc policies/default.remit                 Markdown: one sentence for each line that is in force
  remit doc policies/default.remit --json          the same sentences, each with its file, line and column

Exit codes: 0 good, 3 the policy does not check.")]
pub(crate) struct DocArgs {
    /// Policy file; - for standard input
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

pub(crate) fn run(global: &Global, args: &DocArgs) -> Done {
    let policy = files::PolicyFiles::at(&args.path)?.policy()?;
    let document = remit_dsl::prose::document(&policy);
    if global.json {
        println!("{}", serde_json::to_string(&document)?);
    } else {
        print!("{}", document.markdown());
    }
    Ok(0)
}
