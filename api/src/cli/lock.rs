//! `remit lock`: pins what policies import.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use remit_dsl::lock;

use super::{Done, Failure, Global, files};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit lock policies                     pin what every policy of the folder imports
  remit lock policies/default.remit       pin what this one imports; the others stay as they are
  remit lock policies --check             only say whether the lock is up to date (for CI)

The lock is `remit.lock` beside the policies. Where it is, `remit check` and everything else that reads a policy refuses
an import that is not the pinned one. Exit codes: 0 good, 3 a policy does not check, or the lock is not up to date.")]
pub(crate) struct LockArgs {
    /// Policy files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; exit with 3 when the lock would change
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(_: &Global, args: &LockArgs) -> Done {
    let mut locks: BTreeMap<PathBuf, Option<String>> = BTreeMap::new();
    for path in &args.paths {
        let whole_folder = path.is_dir();
        for (number, policy) in files::find(std::slice::from_ref(path))?.into_iter().enumerate() {
            if policy.path().is_none() {
                return Err(Failure::new("a policy from standard input has no place for a lock").code(3));
            }
            let place = policy.lock_path();
            // A whole folder is pinned anew, so that policies that are gone go from the lock too.
            let old = match locks.get(&place) {
                _ if whole_folder && number == 0 => None,
                Some(text) => text.clone(),
                None if place.exists() => Some(policy.lock()?),
                None => None,
            };
            let text = lock::update(old.as_deref(), &policy.unlocked()?).map_err(|error| {
                Failure::new(error.to_string())
                    .hint("delete the file, then run `remit lock` for the whole folder")
                    .code(3)
            })?;
            locks.insert(place, Some(text));
        }
    }
    let mut stale = false;
    for (place, text) in locks {
        let text = text.unwrap_or_default();
        if std::fs::read_to_string(&place).is_ok_and(|old| old == text) {
            eprintln!("{} is up to date", place.display());
        } else if args.check {
            stale = true;
            eprintln!("{} is not up to date: run `remit lock`", place.display());
        } else {
            files::replace(&place, &text)?;
            eprintln!("wrote {}", place.display());
        }
    }
    Ok(if stale { 3 } else { 0 })
}
