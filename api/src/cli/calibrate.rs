//! `remit calibrate`: what sending from which confidence on would come to, as labelled answers tell it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use remit_engine::classify::EmbeddedClassifier;
use remit_engine::classify::certify::{Bin, DELTA, upper_bound};
use remit_engine::classify::quality::score;
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::store::read;
use serde_json::{Value, json};

use super::shell::Shell;
use super::{Done, Failure, Global, classify, files, model, table};

/// Thresholds that are told, in thousandths.
const THRESHOLDS: [i64; 14] = [300, 400, 500, 600, 650, 700, 750, 800, 850, 900, 925, 950, 975, 990];

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  remit calibrate --intent opening_hours\n  remit calibrate --policy p.remit --input labelled.jsonl\n\n\
    Without --input it looks at what people found about the answers of the policy in force. AT MOST is the share of \
    wrong answers that is proved with 95 % confidence if this threshold was chosen before looking; choosing one here \
    and then asking for its certificate with the same labels is looking twice."
)]
pub(crate) struct CalibrateArgs {
    /// Only answers with these intents
    #[arg(long, value_name = "INTENT")]
    intent: Vec<String>,
    /// Only answers of this certificate's intents, of the policy in force
    #[arg(long, value_name = "NAME", conflicts_with_all = ["intent", "input"])]
    certificate: Option<String>,
    /// Labelled texts, JSON lines with `text` and `intent` (`none` for none of them); - for standard input
    #[arg(long, value_name = "FILE", requires = "policy")]
    input: Option<PathBuf>,
    /// Policy whose classifier reads them
    #[arg(long, value_name = "PATH")]
    policy: Option<PathBuf>,
}

/// What sending from a threshold on comes to.
struct Row {
    from: i64,
    sent: u64,
    wrong: u64,
    bound: f64,
}

pub(crate) fn offline(global: &Global, args: &CalibrateArgs, input: &std::path::Path) -> Done {
    let policy = files::PolicyFiles::at(args.policy.as_deref().unwrap_or(input))?.policy()?;
    let encoder = model::encoder(&global.data, None)?;
    let classifier = EmbeddedClassifier::train_with(encoder, &remit_engine::models::examples(&policy))?;
    let mut bins: BTreeMap<i64, Bin> = BTreeMap::new();
    for (intent, text) in classify::pairs(input)? {
        let gold = classifier.intents().contains(&intent).then_some(intent.as_str());
        let answer = score(&classifier, &text, gold);
        let asked = answer.found.as_ref().is_some_and(|found| args.intent.is_empty() || args.intent.contains(found));
        if asked {
            let confidence = (answer.confidence * 1000.0).round() as i64;
            let bin = bins.entry(confidence).or_insert(Bin { confidence, labelled: 0, wrong: 0 });
            bin.labelled += 1;
            bin.wrong += u64::from(!answer.is_right());
        }
    }
    tell(global, &bins.into_values().collect::<Vec<_>>())
}

pub(crate) async fn run(global: Global, args: CalibrateArgs) -> Done {
    let shell = Shell::open(&global).await?;
    let in_force = shell.engine.policies().in_force(shell.engine.db(), DEFAULT_WORKSPACE).await?;
    let mut intents = args.intent.clone();
    if let Some(name) = &args.certificate {
        let declared = in_force.policy.certificates().iter().find(|one| one.name == *name);
        let declared = declared.ok_or_else(|| {
            Failure::new(format!("the policy in force declares no certificate `{name}`")).hint("remit certify").code(3)
        })?;
        intents.extend(declared.intents.iter().cloned());
    }
    if let Some(unknown) = intents.iter().find(|intent| in_force.policy.intent(intent).is_none()) {
        return Err(Failure::new(format!("the policy in force has no intent `{unknown}`")).code(3));
    }
    let mut reader = shell.engine.db().read().await?;
    let (digest, model) = (in_force.policy.digest(), in_force.classifier.id());
    let counts = read::label_counts(&mut reader.conn(), DEFAULT_WORKSPACE, digest, model).await?;
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    let bins: Vec<Bin> = counts
        .iter()
        .filter(|count| intents.is_empty() || intents.contains(&count.intent))
        .map(|count| Bin { confidence: count.confidence, labelled: number(count.labelled), wrong: number(count.wrong) })
        .collect();
    tell(&global, &bins)
}

fn tell(global: &Global, bins: &[Bin]) -> Done {
    let labelled: u64 = bins.iter().map(|bin| bin.labelled).sum();
    let row = |from: i64| {
        let above = || bins.iter().filter(|bin| bin.confidence >= from);
        let (sent, wrong) = (above().map(|bin| bin.labelled).sum(), above().map(|bin| bin.wrong).sum());
        Row { from, sent, wrong, bound: upper_bound(wrong, sent, DELTA) }
    };
    let rows: Vec<Row> = THRESHOLDS.into_iter().map(row).collect();
    let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    if global.json {
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({
                    "from": row.from as f64 / 1000.0, "sent": row.sent, "wrong": row.wrong,
                    "coverage": share(row.sent, labelled), "error": share(row.wrong, row.sent), "bound": row.bound,
                })
            })
            .collect();
        println!("{}", json!({ "labelled": labelled, "confidence": 1.0 - DELTA, "data": rows }));
        return Ok(0);
    }
    if labelled == 0 {
        eprintln!("there are no labelled answers yet: approvals, rejections and corrections make them");
        return Ok(0);
    }
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                format!("{:.3}", row.from as f64 / 1000.0),
                row.sent.to_string(),
                percent(share(row.sent, labelled)),
                row.wrong.to_string(),
                percent(share(row.wrong, row.sent)),
                percent(row.bound),
            ]
        })
        .collect();
    println!("{labelled} labelled answers");
    table::print(&["FROM", "SENT", "COVERAGE", "WRONG", "ERROR", "AT MOST"], &rows);
    Ok(0)
}

/// Runs it on a file, or on what the store holds.
pub(crate) fn start(global: Global, args: CalibrateArgs) -> Done {
    match args.input.clone() {
        Some(input) => offline(&global, &args, &input),
        None => super::shell::block_on(run(global, args)),
    }
}
