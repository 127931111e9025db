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
    }
    let fine = shown.iter().all(|proof| matches!(proof.standing, Standing::Proved | Standing::ProvedWhileKnown));
    Ok(if fine { 0 } else { 4 })
}

fn print(proof: &Proof) {
    let standing = match proof.standing {
        Standing::Proved => "proved",
        Standing::ProvedWhileKnown => "proved while every fact is known",
        Standing::Vacuous => "says nothing: its condition never holds",
        Standing::False => "FALSE",
        Standing::Open => "too hard to decide",
        Standing::Disagreement => "DEFECT: prover and evaluator disagree",
    };
    println!("{}\n    {standing}", proof.claim);
    if !proof.proved_by.is_empty() {
        let by: Vec<String> =
            proof.proved_by.iter().map(|rule| format!("{} ({}:{})", rule.name, rule.at.file, rule.at.line)).collect();
        println!("    by       {}", by.join(", "));
    }
    if let Some(example) = &proof.counterexample {
        let because: Vec<&str> = example.deciding.iter().map(|reason| reason.name.as_str()).collect();
        println!("    example  {}", example.message.join(", "));
        println!("    decided  {} because {}, route {}", example.outcome, because.join(", "), example.route.row);
    }
}
