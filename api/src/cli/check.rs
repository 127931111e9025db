//! `remit check` and `remit test`. Exit codes: 0 good, 2 warnings, 3 errors or failing cases.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use remit_dsl::Severity;
use serde_json::json;

use super::{Done, Global, files};

#[derive(Debug, Args)]
#[command(after_help = "Example: remit check policies/default.remit")]
pub(crate) struct CheckArgs {
    /// Policy files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the line and a caret under the place
    Human,
    /// One line each
    Plain,
    /// One JSON object
    Json,
}

/// Whether people see the output in colours they have not declined.
fn colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

pub(crate) fn check(global: &Global, args: &CheckArgs) -> Done {
    let format = if global.json { Format::Json } else { args.format };
    let policies = files::find(&args.paths)?;
    let colour = colour();
    let (mut errors, mut warnings, mut all) = (0, 0, Vec::new());
    for policy in &policies {
        let compiled = policy.compile();
        for diagnostic in &compiled.diagnostics {
            match diagnostic.severity {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
                Severity::Note => {}
            }
        }
        match format {
            Format::Human => print!("{}", policy.render(&compiled.diagnostics, colour)),
            Format::Plain => print!("{}", remit_dsl::render::plain(&compiled.diagnostics)),
            Format::Json => {
                all.extend(compiled.diagnostics.iter().cloned());
            }
        }
    }
    if format == Format::Json {
        println!("{}", remit_dsl::render::json(&all));
    } else {
        eprintln!("{} file(s) checked: {errors} error(s), {warnings} warning(s)", policies.len());
    }
    Ok(match (errors, warnings) {
        (0, 0) => 0,
        (0, _) => 2,
        _ => 3,
    })
}

#[derive(Debug, Args)]
#[command(after_help = "Example: remit test policies")]
pub(crate) struct TestArgs {
    /// Policy files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only cases whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
}

pub(crate) fn test(global: &Global, args: &TestArgs) -> Done {
    let colour = colour();
    let (mut passed, mut failed, mut broken, mut all) = (0, 0, 0, Vec::new());
    for files in files::find(&args.paths)? {
        let compiled = files.compile();
        let Some(policy) = compiled.policy else {
            broken += 1;
            eprint!("{}", files.render(&compiled.diagnostics, colour));
            continue;
        };
        for case in policy.run_tests(args.filter.as_deref()).cases {
            if case.passed {
                passed += 1;
            } else {
                failed += 1;
                if !global.json {
                    println!("FAILED  {}  {}", case.at, case.name);
                    println!("        expected {}", case.expected);
                    println!("        but was  {}", case.actual);
                    for reason in &case.deciding {
                        println!("        because  {} ({}, {})", reason.name, reason.kind.as_str(), reason.at);
                    }
                }
            }
            all.push(json!({
                "name": case.name, "at": case.at, "passed": case.passed, "expected": case.expected,
                "actual": case.actual, "deciding": case.deciding,
            }));
        }
    }
    if global.json {
        println!("{}", json!({ "cases": all, "passed": passed, "failed": failed, "not_checked": broken }));
    } else {
        println!("{passed} passed, {failed} failed");
    }
    Ok(if failed + broken > 0 { 3 } else { 0 })
}
