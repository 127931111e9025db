//! `remit prove`: the claims of a policy, and claims that are in no file.

use std::path::PathBuf;

use clap::Args;
use remit_dsl::prove::{self, Proof, Standing};

use super::{Done, Failure, Global, files};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit prove policies/default.remit                                     the claims in the file
  remit prove policies/default.remit \"never send when contact.new\"       asks without editing the file

A claim is proved for every message there can be, or refuted by one that the policy itself decides.
Exit codes: 0 proved, 3 the policy does not check, 4 a claim is false, says nothing, or could not be decided.")]
pub(crate) struct ProveArgs {
    /// Policy file
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Claims to ask, such as "never send when contact.new"; with one, only these are shown
    #[arg(value_name = "CLAIM")]
    claims: Vec<String>,
}

pub(crate) fn run(global: &Global, args: &ProveArgs) -> Done {
    let policy = files::PolicyFiles::at(&args.path)?;
    let asked: Vec<&str> = args.claims.iter().map(String::as_str).collect();
    let proofs = prove::prove(&policy.root, &|path| policy.read(path), &asked).map_err(|errors| {
        let first = errors.first().map(|one| format!("{}: {}", one.at.location(), one.message)).unwrap_or_default();
        Failure::new(first).hint("a place past the end of the file is in the claim that was asked").code(3)
    })?;
    let shown =
        if asked.is_empty() { &proofs[..] } else { proofs.get(proofs.len() - asked.len()..).unwrap_or_default() };
    if global.json {
        println!("{}", serde_json::to_string(shown)?);
    } else {
        shown.iter().for_each(print);
        println!("{}", summary(shown));
    }
    let fine = shown.iter().all(|proof| matches!(proof.standing, Standing::Proved | Standing::ProvedWhileKnown));
    Ok(if fine { 0 } else { 4 })
}

fn print(proof: &Proof) {
    let standing = match proof.standing {
        Standing::Proved => "proved   for every message, also when a fact could not be determined",
        Standing::ProvedWhileKnown => "proved   while every fact is known, but not when one could not be determined",
        Standing::Vacuous => "EMPTY    its condition never holds, so it says nothing",
        Standing::False => "FALSE    there are messages for which it does not hold",
        Standing::Open => "OPEN     too hard to prove or to refute: what cannot be proved does not count",
        Standing::Disagreement => "DEFECT   prover and evaluator disagree: report it with this policy",
    };
    println!("{}\n    {standing}", proof.claim);
    let place = |at: &remit_dsl::Location| format!("{}:{}", at.file, at.line);
    if !proof.proved_by.is_empty() {
        let name = |rule: &prove::RuleName| {
            let kind = rule.kind.map_or("route", remit_dsl::RuleKind::as_str);
            format!("{kind} {} ({})", rule.name, place(&rule.at))
        };
        println!("    by       {}", proof.proved_by.iter().map(name).collect::<Vec<_>>().join(", "));
    }
    if let Some(example) = &proof.counterexample {
        let because: Vec<String> =
            example.deciding.iter().map(|reason| format!("{} ({})", reason.name, place(&reason.at))).collect();
        println!("    example  {}", example.message.join(", "));
        println!("    decided  {} because {}, route {}", example.outcome, because.join(", "), example.route.row);
    }
}

/// How many stand how, so that a long list need not be counted.
fn summary(proofs: &[Proof]) -> String {
    if proofs.is_empty() {
        return "there are no claims; ask one: remit prove POLICY \"never send when contact.new\"".to_owned();
    }
    let count = |wanted: &[Standing]| proofs.iter().filter(|proof| wanted.contains(&proof.standing)).count();
    let proved = count(&[Standing::Proved]);
    let counts = [
        (count(&[Standing::ProvedWhileKnown]), "only while facts are known"),
        (count(&[Standing::False]), "false"),
        (count(&[Standing::Vacuous]), "empty"),
        (count(&[Standing::Open, Standing::Disagreement]), "not decided"),
    ];
    let others = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    format!("{proved} of {} proved{}", proofs.len(), others.collect::<String>())
}
