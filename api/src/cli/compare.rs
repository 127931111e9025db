//! `remit diff`: what a change of a policy means.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use remit_dsl::diff::{self, Diff, render};
use remit_dsl::{Compiled, Policy, Severity};
use remit_engine::decide::replay::TrafficCounts;
use serde_json::{Value, json};

use super::revision::{self, Revision};
use super::{Done, Failure, Global, counted, files};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit diff live/default.remit new/default.remit       which messages are decided otherwise
  remit diff live new                                   every policy of two folders
  remit diff HEAD~1                                     what was committed last, and what is not committed yet
  remit diff main..branch -- policies                   two revisions; main...branch since the branch began
  remit diff HEAD --fail-on freer                       a gate for scripts
  remit diff origin/main --format markdown              for a comment on a pull request
  remit diff live new --traffic                         and how many recorded messages each change concerns

With a revision and no PATH, the policies are those in folders in which something changed. What a detector, a script,
hours or a limit is made of is in no rule: such a change counts as freer unless it surely is not, and so does a policy
that was not there before.

Exit codes: 0 good, 3 a policy does not check, 4 the difference is one that --fail-on names, 1 the command could not be
run.")]
pub(crate) struct DiffArgs {
    /// The old policy, a folder of policies, a git revision, or a range of two
    #[arg(value_name = "OLD")]
    old: String,
    /// The new one; with a revision alone it is what is on disk
    #[arg(value_name = "NEW")]
    new: Option<String>,
    /// With revisions: the policies or folders to look at
    #[arg(last = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
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

/// Where one version of the policies lies.
enum Side {
    Disk,
    Git(Revision),
}

/// One policy in both versions.
struct Pair {
    /// What it is called in reports.
    name: String,
    old: Option<PathBuf>,
    new: Option<PathBuf>,
}

/// What became of one policy.
enum Fate {
    /// With what was recorded of it, if that is asked for.
    Changed(Box<Diff>, Option<TrafficCounts>),
    Same,
    /// There was no version that checks.
    New,
    Gone,
}

pub(crate) fn run(global: &Global, args: &DiffArgs) -> Done {
    let (old, new, pairs, alone) = sides(args)?;
    let mut read = Vec::new();
    for pair in &pairs {
        let before = pair.old.as_deref().map(|path| side(&old, path)).transpose()?;
        let after = pair.new.as_deref().map(|path| side(&new, path)).transpose()?;
        read.push((pair, before, after));
    }
    let named: Vec<&PathBuf> = args.paths.iter().collect();
    let imported = imported(&read);
    let mut fates = Vec::new();
    let mut broken = false;
    for (pair, before, after) in read {
        // What a policy imports is told where it counts: in the policy.
        let own = [&pair.old, &pair.new].into_iter().flatten();
        if own.clone().any(|path| imported.contains(path)) && !own.clone().any(|path| named.contains(&path)) {
            continue;
        }
        let was_there = before.is_some();
        let (was, is) = (before.and_then(Result::ok), after);
        let fate = match (was, is) {
            (Some(was), Some(Ok(is))) if !alone && was.digest() == is.digest() => Fate::Same,
            (Some(was), Some(Ok(is))) => {
                let difference = diff::diff(&was, &is);
                let count = || counted::count(global, &args.since, (&difference, &was, &is));
                let traffic = args.traffic.then(count).transpose()?;
                Fate::Changed(Box::new(difference), traffic)
            }
            (None, Some(Ok(_))) => Fate::New,
            (_, None) => Fate::Gone,
            // A file that is no policy in either version is nobody's business here, unless it was asked for.
            (None, Some(Err(_))) if was_there && !alone => {
                eprintln!("note: `{}` does not check in either version and is left out", pair.name);
                continue;
            }
            (_, Some(Err(text))) => {
                eprint!("{text}");
                eprintln!("error: `{}` does not check", pair.name);
                broken = true;
                continue;
            }
        };
        if alone && matches!(fate, Fate::New) && was_there {
            return Err(Failure::new(format!("the old version of `{}` does not check", pair.name)).code(3));
        }
        fates.push((pair.name.as_str(), fate));
    }
    // Where a policy does not check, nobody should read that nothing changed.
    if !broken || !fates.is_empty() {
        print(if global.json { Format::Json } else { args.format }, &fates, alone, broken)?;
    }
    if broken {
        return Ok(3);
    }
    let fails = fates.iter().any(|(_, fate)| match args.fail_on {
        None => false,
        Some(FailOn::Freer) => fate.may_be_freer(),
        Some(FailOn::Any) => !fate.is_empty(),
    });
    Ok(if fails { 4 } else { 0 })
}

type Version = Option<Result<Policy, String>>;

/// The files that these policies import, as they are named in pairs.
fn imported(read: &[(&Pair, Version, Version)]) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for (pair, before, after) in read {
        for (path, version) in [(&pair.old, before), (&pair.new, after)] {
            let (Some(path), Some(Ok(policy))) = (path, version) else { continue };
            let folder = path.parent().unwrap_or(Path::new(""));
            let others = policy.files().keys().filter(|file| *file != policy.root());
            files.extend(others.map(|file| folder.join(file)));
        }
    }
    files
}

impl Fate {
    fn may_be_freer(&self) -> bool {
        match self {
            Self::Changed(diff, _) => diff.may_be_freer(),
            Self::New => true,
            Self::Same | Self::Gone => false,
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Changed(diff, _) => diff.is_empty(),
            Self::Same => true,
            Self::New | Self::Gone => false,
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Changed(..) | Self::Same => "every message is decided as before",
            Self::New => "new: there is no version before it to compare with",
            Self::Gone => "gone",
        }
    }
}

/// Both versions, the policies, and whether they are exactly one that was asked for by name.
fn sides(args: &DiffArgs) -> Result<(Side, Side, Vec<Pair>, bool), Failure> {
    let (old, new) = (Path::new(&args.old), args.new.as_ref().map(Path::new));
    if let Some(new) = new.filter(|new| old.exists() && new.exists()) {
        if !args.paths.is_empty() {
            return Err(Failure::new("paths behind `--` go with revisions").hint("name two files or two folders alone"));
        }
        return match (old.is_dir(), new.is_dir()) {
            (true, true) => Ok((Side::Disk, Side::Disk, in_folders(old, new)?, false)),
            (false, false) => {
                let name = new.display().to_string();
                let pair = Pair { name, old: Some(old.to_owned()), new: Some(new.to_owned()) };
                Ok((Side::Disk, Side::Disk, vec![pair], true))
            }
            _ => Err(Failure::new("a file cannot be compared with a folder").hint("name two files or two folders")),
        };
    }
    if let Some(path) = [Some(old), new]
        .into_iter()
        .flatten()
        .find(|path| path.exists() || path.extension().is_some_and(|end| end == "remit"))
    {
        let failure = match path.exists() {
            true if new.is_none() => {
                Failure::new(format!("`{}` is a path: with what is it to be compared?", path.display()))
            }
            true => Failure::new(format!("only one of the two, `{}`, is there", path.display())),
            false => Failure::new(format!("there is no policy file `{}`", path.display())),
        };
        let hint = format!("name another file or folder, or a revision: remit diff HEAD~1 -- {}", path.display());
        return Err(failure.hint(hint).code(3));
    }
    let (before, after) = match (&args.new, args.old.split_once("...")) {
        (Some(new), _) => (Revision::named(&args.old)?, Some(new.as_str())),
        (None, Some((left, right))) => (Revision::fork(or_head(left), or_head(right))?, Some(or_head(right))),
        (None, None) => match args.old.split_once("..") {
            Some((left, right)) => (Revision::named(or_head(left))?, Some(or_head(right))),
            None => (Revision::named(&args.old)?, None),
        },
    };
    let after = after.map(Revision::named).transpose()?;
    let names = named(args, &before, after.as_ref())?;
    let alone =
        names.len() == 1 && args.paths.len() == 1 && args.paths.first().is_some_and(|path| names.contains(path));
    let is_there = |path: &Path| after.as_ref().map_or_else(|| path.is_file(), |revision| revision.has(path));
    let pairs = names
        .iter()
        .map(|path| Pair {
            name: path.display().to_string(),
            old: before.has(path).then(|| path.clone()),
            new: is_there(path).then(|| path.clone()),
        })
        .collect::<Vec<_>>();
    if let Some(nowhere) = pairs.iter().find(|pair| pair.old.is_none() && pair.new.is_none()) {
        return Err(Failure::new(format!("`{}` is in neither version", nowhere.name)).code(3));
    }
    Ok((Side::Git(before), after.map_or(Side::Disk, Side::Git), pairs, alone))
}

fn or_head(name: &str) -> &str {
    if name.is_empty() { "HEAD" } else { name }
}

/// Policies of the same name in two folders.
fn in_folders(old: &Path, new: &Path) -> Result<Vec<Pair>, Failure> {
    let names = |folder: &Path| -> Result<BTreeSet<PathBuf>, Failure> {
        let entries = std::fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path());
        let policies = entries.filter(|path| path.extension().is_some_and(|end| end == "remit"));
        Ok(policies.filter_map(|path| path.file_name().map(PathBuf::from)).collect())
    };
    let (before, after) = (names(old)?, names(new)?);
    if before.is_empty() && after.is_empty() {
        return Err(Failure::new("there is no .remit file in either folder").code(3));
    }
    let pair = |name: &PathBuf| Pair {
        name: name.display().to_string(),
        old: before.contains(name).then(|| old.join(name)),
        new: after.contains(name).then(|| new.join(name)),
    };
    Ok(before.union(&after).map(pair).collect())
}

/// The policies to look at: those named, those in folders named, or those beside whatever changed.
fn named(args: &DiffArgs, before: &Revision, after: Option<&Revision>) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut names = BTreeSet::new();
    let mut folders = BTreeSet::new();
    for path in &args.paths {
        let tidy = revision::tidy(path).ok_or_else(|| revision::outside(path))?;
        if tidy.extension().is_some_and(|end| end == "remit") {
            names.insert(tidy);
        } else {
            folders.insert(tidy);
        }
    }
    if args.paths.is_empty() {
        for changed in before.changed(after)? {
            // What a policy imports or runs may lie deeper than the policy itself.
            folders.extend(changed.ancestors().skip(1).map(Path::to_owned));
        }
    }
    for folder in folders {
        names.extend(before.policies(&folder)?);
        match after {
            Some(after) => names.extend(after.policies(&folder)?),
            None => {
                let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder.as_path() };
                let entries = std::fs::read_dir(here).into_iter().flatten().filter_map(Result::ok);
                let files = entries.map(|entry| folder.join(entry.file_name()));
                names.extend(files.filter(|path| path.extension().is_some_and(|end| end == "remit")));
            }
        }
    }
    Ok(names)
}

/// One version of one policy, or what is wrong with it.
fn side(side: &Side, path: &Path) -> Result<Result<Policy, String>, Failure> {
    let wrong = |compiled: Compiled| -> Result<Policy, String> {
        let errors: Vec<_> =
            compiled.diagnostics.into_iter().filter(|found| found.severity == Severity::Error).collect();
        compiled.policy.ok_or_else(|| remit_dsl::render::plain(&errors))
    };
    Ok(match side {
        Side::Git(revision) => wrong(revision.compile(path)),
        Side::Disk => wrong(files::PolicyFiles::at(path)?.compile()),
    })
}

/// One difference and what was recorded of it, for people.
fn text(format: Format, diff: &Diff, traffic: Option<&TrafficCounts>) -> String {
    let (told, counts) = match format {
        Format::Markdown => (render::markdown(diff), traffic.map(|counts| counted::markdown(diff, counts))),
        _ => (render::human(diff), traffic.map(|counts| counted::human(diff, counts))),
    };
    told + counts.as_deref().unwrap_or_default()
}

/// The same for programs.
fn object(diff: &Diff, traffic: Option<&TrafficCounts>) -> Result<Value, Failure> {
    let mut object = render::json(diff);
    if let (Some(fields), Some(counts)) = (object.as_object_mut(), traffic) {
        fields.insert("traffic".to_owned(), serde_json::to_value(counts)?);
    }
    Ok(object)
}

fn print(format: Format, fates: &[(&str, Fate)], alone: bool, broken: bool) -> Result<(), Failure> {
    if format == Format::Json {
        let one = |(name, fate): &(&str, Fate)| -> Result<Value, Failure> {
            let (status, difference) = match fate {
                Fate::Changed(diff, traffic) => ("changed", Some(object(diff, traffic.as_ref())?)),
                Fate::Same => ("same", None),
                Fate::New => ("new", None),
                Fate::Gone => ("gone", None),
            };
            Ok(json!({ "policy": name, "status": status, "diff": difference }))
        };
        let value = match fates {
            [(_, Fate::Changed(diff, traffic))] if alone => object(diff, traffic.as_ref())?,
            _ => json!({
                "policies": fates.iter().map(one).collect::<Result<Vec<_>, _>>()?,
                "empty": !broken && fates.iter().all(|(_, fate)| fate.is_empty()),
                "may_be_freer": broken || fates.iter().any(|(_, fate)| fate.may_be_freer()),
            }),
        };
        println!("{value}");
        return Ok(());
    }
    let mut same = 0;
    for (name, fate) in fates {
        match (fate, format) {
            (Fate::Changed(diff, traffic), _) if alone => print!("{}", text(format, diff, traffic.as_ref())),
            (fate, _) if fate.is_empty() => same += 1,
            (Fate::Changed(diff, traffic), Format::Markdown) => {
                println!("## `{name}`\n\n{}", text(format, diff, traffic.as_ref()));
            }
            (Fate::Changed(diff, traffic), _) => println!("{name}\n{}", text(format, diff, traffic.as_ref())),
            (fate, Format::Markdown) => println!("## `{name}`\n\n{}\n", fate.words()),
            (fate, _) => println!("{name}\n{}\n", fate.words()),
        }
    }
    let policies = |count: usize| format!("{count} polic{}", if count == 1 { "y" } else { "ies" });
    if same == fates.len() && !broken {
        println!("no difference: every message is decided as before");
    } else if same > 0 {
        println!("no difference in {}", policies(same));
    }
    Ok(())
}
