//! `remit train`: how good a classifier the examples of a policy make, as their own cross-validation tells it.

use std::path::PathBuf;

use clap::Args;
use remit_engine::classify::EmbeddedClassifier;
use remit_engine::classify::quality::{
    OfIntent, Scored, accuracy, best_at, by_intent, calibration_error, cross_validate_with, macro_f1, risk_coverage,
};
use remit_engine::ports::Classifier as _;
use serde_json::json;

use super::{Done, Failure, Global, classify, model, plot, table};

/// Bins of the calibration error.
pub(super) const BINS: usize = 15;
/// Shares of wrong answers for which the coverage is told.
const SHARES: [f64; 3] = [0.01, 0.02, 0.05];

#[derive(Debug, Args)]
#[command(after_help = "Example: remit train --policy policies/default.remit --report report.html\n\n\
    Every example is read by a classifier that learned the others. That says how well the examples agree with each \
    other; how good the answers are on what really comes in, only labels tell: see remit certify.")]
pub(crate) struct TrainArgs {
    /// Policy whose examples to learn from
    #[arg(long, value_name = "PATH", required_unless_present = "examples")]
    policy: Option<PathBuf>,
    /// Learn from these JSON lines (`text`, `intent`) instead of the policy's examples
    #[arg(long, value_name = "FILE")]
    examples: Option<PathBuf>,
    /// Write confusion matrix, calibration plot and risk-coverage curve into this HTML file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Look at what words mean by this model: a folder or a package file [default: the one in use, see remit model]
    #[arg(long, value_name = "PATH")]
    model: Option<PathBuf>,
}

pub(crate) fn run(global: &Global, args: &TrainArgs) -> Done {
    let examples = match classify::examples(args.examples.as_deref(), args.policy.as_deref())? {
        Ok(examples) => examples,
        Err(code) => return Ok(code),
    };
    let encoder = model::encoder(&global.data, args.model.as_deref())?;
    let model = EmbeddedClassifier::train_with(encoder.clone(), &examples)?;
    let scored = cross_validate_with(encoder.as_ref(), &examples)?;
    if let Some(path) = &args.report {
        std::fs::write(path, plot::report(model.id(), examples.len(), &scored))
            .map_err(|error| Failure::new(format!("cannot write `{}`: {error}", path.display())))?;
        eprintln!("wrote {}", path.display());
    }
    if global.json {
        println!("{}", as_json(model.id(), examples.len(), &scored));
    } else {
        print(model.id(), examples.len(), &scored);
    }
    Ok(0)
}

fn as_json(model: &str, examples: usize, scored: &[Scored]) -> serde_json::Value {
    let curve = risk_coverage(scored);
    let intents: Vec<_> = by_intent(scored)
        .into_iter()
        .map(|one| {
            json!({
                "intent": one.intent, "texts": one.texts, "precision": one.precision, "recall": one.recall,
                "taken_for": one.taken_for.map(|(intent, times)| json!({ "intent": intent, "times": times })),
            })
        })
        .collect();
    let at: Vec<_> = SHARES
        .iter()
        .map(|share| {
            let best = best_at(&curve, *share);
            json!({ "wrong_at_most": share, "from": best.map(|one| one.from), "coverage": best.map_or(0.0, |one| one.coverage) })
        })
        .collect();
    json!({
        "model": model, "examples": examples, "read": scored.len(), "accuracy": accuracy(scored),
        "macro_f1": macro_f1(scored), "ece": calibration_error(scored, BINS), "in_hindsight": at, "intents": intents,
    })
}

fn print(model: &str, examples: usize, scored: &[Scored]) {
    let intents = by_intent(scored);
    println!(
        "{model}: {examples} examples of {} intents, each read by a classifier that learned the others",
        intents.len()
    );
    let name = |taken: &Option<String>| taken.clone().unwrap_or_else(|| "(nothing)".to_owned());
    let rows: Vec<Vec<String>> = intents
        .iter()
        .map(|OfIntent { intent, texts, precision, recall, taken_for }| {
            let taken =
                taken_for.as_ref().map_or_else(String::new, |(for_, times)| format!("{} ({times})", name(for_)));
            vec![intent.clone(), texts.to_string(), format!("{recall:.2}"), format!("{precision:.2}"), taken]
        })
        .collect();
    table::print(&["INTENT", "EXAMPLES", "RECALL", "PRECISION", "MOST OFTEN TAKEN FOR"], &rows);
    println!(
        "accuracy {:.3}, macro F1 {:.3}, calibration error {:.3}",
        accuracy(scored),
        macro_f1(scored),
        calibration_error(scored, BINS)
    );
    let curve = risk_coverage(scored);
    for share in SHARES {
        let line = match best_at(&curve, share) {
            Some(best) => {
                format!("{:.0} % would be sent, from a confidence of {:.2}", best.coverage * 100.0, best.from)
            }
            None => "nothing would be sent".to_owned(),
        };
        println!("with at most {:.0} % wrong, in hindsight: {line}", share * 100.0);
    }
    println!("{}", plot::text(scored));
}
