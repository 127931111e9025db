//! `remit matrix`: the policy as tables.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use remit_dsl::matrix;
use remit_dsl::vocabulary::CHANNELS;

use super::{Done, Failure, Global, files};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit matrix policies/default.remit                   Markdown, for a wiki
  remit matrix policies/default.remit --channel chat    replies looked at on another channel
  remit matrix policies/default.remit --only actions    one table alone
  remit matrix                                          the built-in modes, with every action set to `send`

Every cell is an answer of the evaluator to constructed facts. Exit codes: 0 good, 3 the policy does not check.")]
pub(crate) struct MatrixArgs {
    /// Policy file; without one the built-in modes are shown
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Channel that replies and actions are looked at on [default: email, where an AI agent answers mail]
    #[arg(long, value_parser = CHANNELS, requires = "path")]
    channel: Option<String>,
    /// Print one part alone, without headings
    #[arg(long, value_enum, conflicts_with = "json")]
    only: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Which mode is in force where
    Settings,
    /// What becomes of a reply
    Replies,
    /// What becomes of an action
    Actions,
}

pub(crate) fn run(global: &Global, args: &MatrixArgs) -> Done {
    let matrix = match &args.path {
        Some(path) => matrix::of(&files::PolicyFiles::at(path)?.policy()?, args.channel.as_deref()),
        None => matrix::standard().ok_or_else(|| Failure::new("the built-in modes do not check"))?,
    };
    if global.json {
        println!("{}", serde_json::to_string(&matrix)?);
    } else {
        let text = match args.only {
            None => matrix.markdown(),
            Some(Part::Settings) => matrix.settings_table(),
            Some(Part::Replies) => matrix.reply_tables().trim_start().to_owned(),
            Some(Part::Actions) => matrix.action_table(),
        };
        print!("{text}");
    }
    Ok(0)
}
