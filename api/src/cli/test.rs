//! `remit test`: the cases written inside policies, the packs beside them, and how good both are.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use remit_dsl::assure::coverage::{self, Coverage};
use remit_dsl::assure::mutants::{self, MutantReport};
use remit_dsl::{CaseResult, Location, Severity, TestReport, render};
use serde_json::json;

use super::check::colour;
use super::packs::{self, Pack};
use super::{Done, Failure, Global, files, quality};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit test policies
  remit test policies/default.remit --filter chat
  remit test policies --format junit > report.xml
  remit test policies --review                                  look at what changed in the packs
  remit test policies/default.remit --coverage --suggest        what no case shows, and rows that would
  remit test policies/default.remit --mutants --fail-under 80   would the tests notice a fault?

A pack is a list of messages in packs/POLICY/NAME.pack beside the policy, one a line, in the words of a case row. What
becomes of them is in packs/POLICY/snapshots/NAME.snap, which cargo insta review can read too.

Exit codes: 0 every case holds, 3 one does not, a pack changed or a policy does not check, 4 less than --fail-under,
1 the command could not be run.")]
pub(crate) struct TestArgs {
    /// Policy files, or folders of them; - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only cases and packs whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Write the snapshots of packs as they are now
    #[arg(long, conflicts_with = "review")]
    accept: bool,
    /// Show what changed in each pack and ask what to do with it
    #[arg(long)]
    review: bool,
    /// Tell which rules, bands, rows, claims and sides of thresholds no case shows
    #[arg(long)]
    coverage: bool,
    /// Print a row for each of them, ready to be pasted; implies --coverage
    #[arg(long)]
    suggest: bool,
    /// Make a small fault in every rule, one at a time, and tell which ones no case and no claim notices
    #[arg(long)]
    mutants: bool,
    /// Fail when coverage, or the share of mutants noticed, is less than this
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// What failed, with the rules that decided
    Human,
    /// One line for each case that failed
    Plain,
    /// One JSON object
    Json,
    /// JUnit XML, for build servers
    Junit,
}

/// All that was found out.
#[derive(Default)]
struct Found {
    reports: Vec<(String, TestReport, bool)>,
    broken: usize,
    packs: Vec<Pack>,
    coverage: Vec<(files::PolicyFiles, Coverage)>,
    mutants: Vec<(files::PolicyFiles, MutantReport)>,
}

pub(crate) fn test(global: &Global, args: &TestArgs) -> Done {
    let format = if global.json { Format::Json } else { args.format };
    if args.fail_under.is_some() && !(args.coverage || args.suggest || args.mutants) {
        return Err(Failure::new("--fail-under needs something to measure").hint("add --coverage or --mutants"));
    }
    if args.review && format != Format::Human {
        return Err(Failure::new("--review asks a person").hint("leave out --format and --json, or use --accept"));
    }
    let mut found = Found::default();
    for files in files::find(&args.paths)? {
        one(args, format, files, &mut found)?;
    }
    if args.review {
        packs::review(&mut found.packs, &mut std::io::stdin().lock())?;
    }
    for pack in &found.packs {
        found.reports.push((pack.pack.clone(), TestReport { cases: vec![as_case(pack)] }, true));
    }
    let cases: Vec<&CaseResult> =
        found.reports.iter().filter(|(.., checks)| *checks).flat_map(|(_, report, _)| &report.cases).collect();
    let failed: Vec<&&CaseResult> = cases.iter().filter(|case| !case.passed).collect();
    let counts = format!("{} passed, {} failed", cases.len() - failed.len(), failed.len());
    match format {
        Format::Human => {
            failed.iter().filter(|case| !case.deciding.is_empty()).for_each(|case| print(case));
            found.packs.iter().filter(|_| !args.review).for_each(print_pack);
            println!("{counts}");
        }
        Format::Plain => {
            failed.iter().for_each(|case| {
                println!("{}: failed: {}: expected {}, but was {}", case.at, case.name, case.expected, case.actual);
            });
            eprintln!("{counts}");
        }
        Format::Json => {
            let of = |files: &files::PolicyFiles| files.shown(&files.root);
            let coverage = found.coverage.iter().map(|(files, one)| quality::coverage_json(&of(files), one));
            let mutants = found.mutants.iter().map(|(files, one)| quality::mutants_json(&of(files), one));
            println!(
                "{}",
                json!({
                    "cases": cases, "passed": cases.len() - failed.len(), "failed": failed.len(),
                    "not_checked": found.broken, "packs": found.packs, "coverage": coverage.collect::<Vec<_>>(),
                    "mutants": mutants.collect::<Vec<_>>(),
                })
            );
        }
        Format::Junit => {
            let named: Vec<(&str, &TestReport)> =
                found.reports.iter().map(|(name, report, _)| (name.as_str(), report)).collect();
            print!("{}", render::junit_tests(&named));
            eprintln!("{counts}");
        }
    }
    print_quality(format, &found);
    if failed.len() + found.broken > 0 {
        return Ok(3);
    }
    let least = usize::from(args.fail_under.unwrap_or(0));
    let enough = found.coverage.iter().all(|(_, one)| one.percent() >= least)
        && found.mutants.iter().all(|(_, one)| one.percent() >= least);
    Ok(if enough { 0 } else { 4 })
}

fn one(args: &TestArgs, format: Format, files: files::PolicyFiles, found: &mut Found) -> Result<(), Failure> {
    let compiled = files.compile();
    let name = files.shown(&files.root);
    let Some(policy) = compiled.policy else {
        found.broken += 1;
        if format != Format::Junit {
            eprint!("{}", files.render(&files.placed(compiled.diagnostics.clone()), colour()));
        }
        let errors: Vec<_> =
            compiled.diagnostics.into_iter().filter(|found| found.severity == Severity::Error).collect();
        let report = TestReport { cases: vec![not_checked(&name, &render::plain(&errors))] };
        found.reports.push((name, report, false));
        return Ok(());
    };
    let mut report = policy.run_tests(args.filter.as_deref());
    for case in &mut report.cases {
        case.at.file = files.shown(&case.at.file);
    }
    found.reports.push((name.clone(), report, true));
    found.packs.extend(packs::run(&files, args.filter.as_deref(), args.accept)?);
    if args.coverage || args.suggest {
        found.coverage.push((files.clone(), coverage::coverage(&policy, args.suggest)));
    }
    if args.mutants {
        let mut progress = quality::progress(&name);
        let report = mutants::mutants(&files.root, &|path| files.read(path), &mut progress)
            .map_err(|errors| Failure::new(render::plain(&errors)).code(3))?;
        found.mutants.push((files, report));
    }
    Ok(())
}

/// Coverage and mutants for people: where standard output is for machines, on standard error.
fn print_quality(format: Format, found: &Found) {
    let mut text = String::new();
    for (files, one) in &found.coverage {
        text.push_str(&quality::coverage(&files.shown(&files.root), one, &|file| files.shown(file)));
        text.push_str(&quality::suggestions(one));
    }
    for (files, one) in &found.mutants {
        text.push_str(&quality::mutants(&files.shown(&files.root), one, &|file| files.shown(file)));
    }
    match format {
        Format::Human | Format::Plain => print!("{text}"),
        Format::Junit => eprint!("{text}"),
        Format::Json => {}
    }
}

/// A pack as a case: it holds when nothing changed.
fn as_case(pack: &Pack) -> CaseResult {
    CaseResult {
        name: format!("pack {}", pack.pack),
        at: Location { file: pack.pack.clone(), line: 1, column: 1 },
        passed: pack.passed(),
        expected: format!("what {} says", pack.snapshot.display()),
        actual: match pack.passed() {
            true => pack.words().to_owned(),
            false => format!("{}\n{}", pack.words(), pack.text.trim_end()),
        },
        deciding: Vec::new(),
    }
}

fn print_pack(pack: &Pack) {
    match pack.state {
        packs::State::Same => {}
        packs::State::Accepted => println!("ACCEPTED  {}  {}", pack.snapshot.display(), pack.words()),
        _ => {
            println!("FAILED  {}  {}\n{}", pack.pack, pack.words(), pack.text.trim_end());
            if pack.state != packs::State::Broken {
                println!("        look at it with --review, or take it as it is with --accept");
            }
        }
    }
}

fn print(case: &CaseResult) {
    println!("FAILED  {}  {}", case.at, case.name);
    println!("        expected {}", case.expected);
    println!("        but was  {}", case.actual);
    for reason in &case.deciding {
        println!("        because  {} ({}, {})", reason.name, reason.kind.as_str(), reason.at);
    }
}

/// A policy that does not check, as a case that failed.
fn not_checked(file: &str, errors: &str) -> CaseResult {
    CaseResult {
        name: "the policy checks".to_owned(),
        at: Location { file: file.to_owned(), line: 1, column: 1 },
        passed: false,
        expected: "no errors".to_owned(),
        actual: errors.trim_end().to_owned(),
        deciding: Vec::new(),
    }
}
