//! `remit diff`: what a change of a policy means.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use remit_dsl::diff::{self, render};

use super::{Done, Global, counted, files};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit diff live/default.remit new/default.remit                     which messages are decided otherwise
  remit diff A.remit B.remit --format markdown                        for a comment on a pull request
  remit diff A.remit B.remit --fail-on freer                          a gate for scripts
  remit diff A.remit B.remit --traffic                                and how many recorded messages each change concerns

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
    /// Count how many recorded messages of the store lie in each region
    #[arg(long)]
    traffic: bool,
    /// How far back --traffic looks: 30d, 12h, a day, or a time
    #[arg(long, value_name = "TIME", default_value = "30d", requires = "traffic")]
    since: String,
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
    let traffic = match args.traffic {
        true => Some(counted::count(global, &args.since, (&difference, &old, &new))?),
        false => None,
    };
    match if global.json { Format::Json } else { args.format } {
        Format::Human => {
            print!("{}", render::human(&difference));
            traffic.iter().for_each(|counts| print!("{}", counted::human(&difference, counts)));
        }
        Format::Markdown => {
            print!("{}", render::markdown(&difference));
            traffic.iter().for_each(|counts| print!("{}", counted::markdown(&difference, counts)));
        }
        Format::Json => {
            let mut object = render::json(&difference);
            if let (Some(fields), Some(counts)) = (object.as_object_mut(), &traffic) {
                fields.insert("traffic".to_owned(), serde_json::to_value(counts)?);
            }
            println!("{object}");
        }
    }
    let fails = match args.fail_on {
        None => false,
        Some(FailOn::Freer) => difference.may_be_freer(),
        Some(FailOn::Any) => !difference.is_empty(),
    };
    Ok(if fails { 4 } else { 0 })
}
