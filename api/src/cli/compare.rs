//! `remit diff`: what a change of a policy means.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use remit_dsl::diff::{self, render};

use super::{Done, Global, files};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit diff live/default.remit new/default.remit                     which messages are decided otherwise
  remit diff A.remit B.remit --format markdown                        for a comment on a pull request
  remit diff A.remit B.remit --fail-on freer                          a gate for scripts

Exit codes: 0 good, 3 a policy does not check, 4 the difference is one that --fail-on names. What a detector, a script,
hours or a limit is made of is in no rule: such a change counts as freer unless it surely is not.")]
pub(crate) struct DiffArgs {
    /// The old policy file
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The new policy file
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// When to fail
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// For a comment on a pull request
    Markdown,
    /// Everything, for machines
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Some message may leave more freely
    Freer,
    /// Anything is different
    Any,
}

pub(crate) fn run(global: &Global, args: &DiffArgs) -> Done {
    let old = files::PolicyFiles::at(&args.old)?.policy()?;
    let new = files::PolicyFiles::at(&args.new)?.policy()?;
    let difference = diff::diff(&old, &new);
    match if global.json { Format::Json } else { args.format } {
        Format::Human => print!("{}", render::human(&difference)),
        Format::Markdown => print!("{}", render::markdown(&difference)),
        Format::Json => println!("{}", render::json(&difference)),
    }
    let fails = match args.fail_on {
        None => false,
        Some(FailOn::Freer) => difference.may_be_freer(),
        Some(FailOn::Any) => !difference.is_empty(),
    };
    Ok(if fails { 4 } else { 0 })
}
