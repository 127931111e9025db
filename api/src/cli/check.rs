//! `remit check`: what is wrong with policies, and the cures.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use remit_dsl::{CompileOptions, Date, Diagnostic, Severity, fixes, render};
use remit_engine::clock::SystemClock;
use remit_engine::ports::Clock as _;
use serde_json::json;

use super::files::PolicyFiles;
use super::{Done, Failure, Global, diff, files, table};

/// Rounds of cures: one cure can make room for the next.
const MOST_ROUNDS: usize = 16;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit check policies/default.remit
  remit check policies --format github          in a pull request, beside the line
  remit check policies --fix --dry-run          show what --fix would change
  cat a.remit | remit check -                   an editor's unsaved text; imports come from the working folder

Where a `remit.lock` lies beside a policy, its imports must be the pinned ones (see `remit lock`).

Exit codes: 0 clean (notes do not count), 2 warnings, 3 errors or a path that is not there, 4 a gate of the policy said
no (`diff --fail-on`, `test --coverage` and the like), 1 the command could not be run.")]
pub(crate) struct CheckArgs {
    /// Policy files, or folders of them; - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Carry out the cures of which there can be only one, then check again
    #[arg(long)]
    fix: bool,
    /// With --fix: write nothing, and show the change
    #[arg(long, requires = "fix")]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the line and a caret under the place
    Human,
    /// One line each
    Plain,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code hosts
    Sarif,
    /// GitHub's workflow commands
    Github,
    /// JUnit XML, for build servers
    Junit,
}

/// Whether people see the output in colours they have not declined.
pub(super) fn colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Today in UTC, for `@until`.
fn today() -> Option<Date> {
    let now = jiff::Timestamp::from_millisecond(SystemClock.now_ms()).ok()?;
    Some(now.to_zoned(jiff::tz::TimeZone::UTC).date())
}

/// Everything found in all files, each finding once however many policies import its file.
#[derive(Default)]
struct Found {
    diagnostics: Vec<Diagnostic>,
    allowed: Vec<Diagnostic>,
    seen: BTreeSet<(String, usize, &'static str, String)>,
}

impl Found {
    fn add(&mut self, diagnostics: Vec<Diagnostic>, allowed: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut new =
            |one: &Diagnostic| self.seen.insert((one.at.file.clone(), one.at.start, one.code, one.message.clone()));
        let fresh: Vec<Diagnostic> = diagnostics.into_iter().filter(&mut new).collect();
        self.allowed.extend(allowed.into_iter().filter(&mut new));
        self.diagnostics.extend(fresh.iter().cloned());
        fresh
    }

    fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|found| found.severity == severity).count()
    }
}

pub(crate) fn check(global: &Global, args: &CheckArgs) -> Done {
    let format = if global.json { Format::Json } else { args.format };
    let options = CompileOptions { today: today() };
    let policies = files::find(&args.paths)?;
    let (mut found, mut fixed) = (Found::default(), 0);
    for policy in &policies {
        if args.fix {
            let text = policy.text()?;
            let (cured, count) = cure(policy, &text, &options);
            fixed += count;
            if cured != text {
                let Some(path) = policy.path() else {
                    return Err(Failure::new("--fix needs a file to write to")
                        .hint("write the text to a file, or leave --fix out"));
                };
                if args.dry_run {
                    print!("{}", diff::unified(&policy.shown(&policy.root), &text, &cured));
                } else {
                    files::replace(&path, &cured)?;
                }
            }
        }
        let compiled = remit_dsl::compile_with(&policy.root, &|path| policy.read(path), &options);
        let fresh = found.add(policy.placed(compiled.diagnostics), policy.placed(compiled.allowed));
        match format {
            Format::Human if !args.dry_run => print!("{}", policy.render(&fresh, colour())),
            Format::Plain if !args.dry_run => print!("{}", render::plain(&fresh)),
            _ => {}
        }
    }
    let names: Vec<String> = policies.iter().map(|policy| policy.shown(&policy.root)).collect();
    if !args.dry_run {
        print_whole(format, &found, &names, fixed)?;
    }
    let (errors, warnings) = (found.count(Severity::Error), found.count(Severity::Warning));
    if format != Format::Json || args.dry_run {
        if args.fix {
            let written = if args.dry_run { " would be cured; nothing was written" } else { " cured" };
            eprintln!("{}{written}", table::counted(fixed, "finding"));
        }
        let (files, errors) = (table::counted(policies.len(), "file"), table::counted(errors, "error"));
        eprintln!("{files} checked: {errors}, {}", table::counted(warnings, "warning"));
    }
    Ok(match (errors, warnings) {
        (0, 0) => 0,
        (0, _) => 2,
        _ => 3,
    })
}

/// Formats that are one document for all files.
fn print_whole(format: Format, found: &Found, names: &[String], fixed: usize) -> Result<(), Failure> {
    match format {
        Format::Human | Format::Plain => {}
        Format::Json => {
            let mut object = render::json(&found.diagnostics);
            object["allowed"] = json!(found.allowed);
            object["files"] = json!(names);
            object["fixed"] = json!(fixed);
            println!("{object}");
        }
        Format::Sarif => {
            let all: Vec<Diagnostic> = found.diagnostics.iter().chain(&found.allowed).cloned().collect();
            println!("{}", serde_json::to_string_pretty(&render::sarif(&all))?);
        }
        Format::Github => print!("{}", render::github(&found.diagnostics)),
        Format::Junit => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            print!("{}", render::junit(&found.diagnostics, &names));
        }
    }
    Ok(())
}

/// The root file's text after all cures that are certain, and how many there were. Imported files are left alone: they
/// are cured where they are named themselves.
fn cure(policy: &PolicyFiles, text: &str, options: &CompileOptions) -> (String, usize) {
    let (mut text, mut count) = (text.to_owned(), 0);
    for _ in 0..MOST_ROUNDS {
        let read = |path: &str| if path == policy.root { Ok(text.clone()) } else { policy.read(path) };
        let found = remit_dsl::compile_with(&policy.root, &read, options).diagnostics;
        let (cured, applied) = fixes::apply(&text, &policy.root, &found);
        if applied == 0 || cured == text {
            break;
        }
        (text, count) = (cured, count + applied);
    }
    (text, count)
}
