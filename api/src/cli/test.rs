//! `remit test`: the cases written inside policies.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use remit_dsl::{CaseResult, Location, Severity, TestReport, render};
use serde_json::json;

use super::check::colour;
use super::{Done, Global, files};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit test policies
  remit test policies/default.remit --filter chat
  remit test policies --format junit > report.xml

Exit codes: 0 every case holds, 3 one does not or a policy does not check, 1 the command could not be run.")]
pub(crate) struct TestArgs {
    /// Policy files, or folders of them; - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only cases whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
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

pub(crate) fn test(global: &Global, args: &TestArgs) -> Done {
    let format = if global.json { Format::Json } else { args.format };
    let (mut reports, mut broken) = (Vec::new(), 0);
    for files in files::find(&args.paths)? {
        let compiled = files.compile();
        let name = files.shown(&files.root);
        let Some(policy) = compiled.policy else {
            broken += 1;
            if format != Format::Junit {
                eprint!("{}", files.render(&files.placed(compiled.diagnostics.clone()), colour()));
            }
            let errors: Vec<_> =
                compiled.diagnostics.into_iter().filter(|found| found.severity == Severity::Error).collect();
            reports.push((
                name.clone(),
                TestReport { cases: vec![not_checked(&name, &render::plain(&errors))] },
                false,
            ));
            continue;
        };
        let mut report = policy.run_tests(args.filter.as_deref());
        for case in &mut report.cases {
            case.at.file = files.shown(&case.at.file);
        }
        reports.push((name, report, true));
    }
    let cases: Vec<&CaseResult> =
        reports.iter().filter(|(.., checks)| *checks).flat_map(|(_, report, _)| &report.cases).collect();
    let failed: Vec<&&CaseResult> = cases.iter().filter(|case| !case.passed).collect();
    match format {
        Format::Human => failed.iter().for_each(|case| print(case)),
        Format::Plain => failed.iter().for_each(|case| {
            println!("{}: failed: {}: expected {}, but was {}", case.at, case.name, case.expected, case.actual);
        }),
        Format::Json => println!(
            "{}",
            json!({
                "cases": cases, "passed": cases.len() - failed.len(), "failed": failed.len(), "not_checked": broken,
            })
        ),
        Format::Junit => {
            let named: Vec<(&str, &TestReport)> =
                reports.iter().map(|(name, report, _)| (name.as_str(), report)).collect();
            print!("{}", render::junit_tests(&named));
        }
    }
    match format {
        Format::Human => println!("{} passed, {} failed", cases.len() - failed.len(), failed.len()),
        Format::Plain | Format::Junit => eprintln!("{} passed, {} failed", cases.len() - failed.len(), failed.len()),
        Format::Json => {}
    }
    Ok(if failed.len() + broken > 0 { 3 } else { 0 })
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
