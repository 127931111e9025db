//! Every bench prints well-formed lines with the figures it promises.
#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use remit_bench::{Name, Settings, StoreKind, run};
use serde_json::Value;

/// Runs a bench with a tiny count on SQLite; gives its lines by figure, the last one of each.
async fn lines(name: Name, bench: &str, count: usize, datasets: PathBuf) -> BTreeMap<String, Value> {
    let settings = Settings {
        store: StoreKind::Sqlite,
        count: Some(count),
        keep: None,
        history: (name == Name::Pipeline).then_some(40),
        folder: std::env::temp_dir(),
        datasets,
        model: None,
        seed: 0,
        from: Vec::new(),
    };
    let mut lines = Vec::new();
    run(name, &settings, &mut |figure| lines.push(figure.to_string())).await.unwrap();
    let mut figures = BTreeMap::new();
    for line in lines {
        assert!(!line.contains('\n'), "{line}");
        let value: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["bench"], bench, "{line}");
        assert!(value["value"].as_f64().unwrap() >= 0.0, "{line}");
        assert!(!value["unit"].as_str().unwrap().is_empty(), "{line}");
        figures.insert(value["figure"].as_str().unwrap().to_owned(), value);
    }
    documented(bench, &figures);
    figures
}

/// The bench's section of README.md names every figure that is printed. `deep_…` stands for all that begin so.
fn documented(bench: &str, figures: &BTreeMap<String, Value>) {
    let mut sections = include_str!("../README.md").split("\n## ");
    let section = sections.find(|section| section.lines().next() == Some(bench)).unwrap_or_default();
    let table = section.lines().filter(|line| line.starts_with("| `"));
    let names: Vec<&str> = table.filter_map(|line| line.split('|').nth(1)).flat_map(|cell| cell.split('`')).collect();
    let said = |figure: &str| {
        let begins = |name: &&str| name.strip_suffix('…').is_some_and(|start| figure.starts_with(start));
        names.contains(&figure) || names.iter().any(begins)
    };
    let missing: Vec<&String> = figures.keys().filter(|figure| !said(figure)).collect();
    assert!(missing.is_empty(), "bench/README.md does not say what these figures of `{bench}` are: {missing:?}");
}

fn nowhere() -> PathBuf {
    PathBuf::from("no/such/folder")
}

fn assert_has(figures: &BTreeMap<String, Value>, names: &[&str]) {
    for name in names {
        assert!(figures.contains_key(*name), "{name} is missing in {:?}", figures.keys());
    }
}

#[tokio::test]
async fn gate() {
    let figures = lines(Name::Gate, "gate", 400, nowhere()).await;
    assert_has(
        &figures,
        &[
            "decision_ns_median",
            "decision_ns_p99",
            "verdict_ns_median",
            "interpreter_ns_median",
            "facts_ns_median",
            "floor_ns",
        ],
    );
    let outcomes = figures["decision_ns_median"]["outcomes"].as_object().unwrap();
    assert_eq!(outcomes.len(), 5, "the situations lead to every outcome: {outcomes:?}");
    assert_eq!(outcomes.values().map(|count| count.as_u64().unwrap()).sum::<u64>(), 384);
}

#[tokio::test]
async fn check() {
    let figures = lines(Name::Check, "check", 1, nowhere()).await;
    let names = ["ms", "ms_100_rules", "ms_5000_rules", "ms_100_rules_50_claims", "ms_5000_rules_200_claims"];
    assert_has(&figures, &names);
    assert!(figures["ms"]["value"].as_f64().unwrap() > 0.0);
    assert_eq!(figures["ms_5000_rules_200_claims"]["claims"], 200);
}

#[tokio::test]
async fn diff() {
    let figures = lines(Name::Diff, "diff", 1, nowhere()).await;
    assert_has(&figures, &["ms", "ms_100_rules", "ms_100_made_rules"]);
    assert!(figures.values().all(|line| line["regions"].as_u64().unwrap() > 0), "{figures:?}");
}

#[tokio::test]
async fn classify() {
    let figures = lines(Name::Classify, "classify", 12, nowhere()).await;
    assert_has(&figures, &["train_ms", "infer_us"]);
    assert!(!figures.contains_key("accuracy"), "no data set, no accuracy");
    // Of each figure the last: the default policy comes first.
    assert_eq!(figures["train_ms"]["dataset"], "packs");
}

#[tokio::test]
async fn classify_with_a_data_set() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("hwu64");
    std::fs::create_dir(&set).unwrap();
    let row = |text: &str, intent: &str| format!("{}\n", serde_json::json!({ "text": text, "intent": intent }));
    let train = [
        row("turn on the light", "light"),
        row("is it going to rain", "weather"),
        row("lights off in the kitchen", "light"),
        row("how warm is it outside", "weather"),
    ];
    std::fs::write(set.join("train.jsonl"), train.concat()).unwrap();
    let valid =
        [row("turn on the light", "light"), row("how warm is it outside", "weather"), row("who are you", "none")];
    std::fs::write(set.join("valid.jsonl"), valid.concat()).unwrap();
    std::fs::write(set.join("fewshot.json"), r#"{"0":{"10":[0,1,2,3]}}"#).unwrap();
    let figures = lines(Name::Classify, "classify", 100, folder.path().to_owned()).await;
    assert_has(
        &figures,
        &["accuracy", "macro_f1", "ece", "mixed_ece", "oos_auroc", "wrapped_accuracy", "train_ms", "infer_us"],
    );
    assert_eq!(figures["accuracy"]["dataset"], "hwu64");
    assert_eq!(figures["accuracy"]["n"], 2, "a text of no declared intent has no right answer");
    assert_eq!(figures["accuracy"]["value"], 1, "both texts are examples");
}

#[tokio::test]
async fn promise() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("banking77");
    std::fs::create_dir(&set).unwrap();
    let row = |text: String, intent: &str| format!("{}\n", serde_json::json!({ "text": text, "intent": intent }));
    let two = |number: usize| {
        [row(format!("the sun shines on day {number}"), "sun"), row(format!("rain falls in town {number}"), "rain")]
            .concat()
    };
    std::fs::write(set.join("train.jsonl"), (0..200).map(two).collect::<String>()).unwrap();
    std::fs::write(set.join("valid.jsonl"), (200..210).map(two).collect::<String>()).unwrap();
    std::fs::write(
        set.join("fewshot.json"),
        r#"{"0":{"20":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21]}}"#,
    )
    .unwrap();
    let figures = lines(Name::Promise, "promise", 400, folder.path().to_owned()).await;
    assert_has(&figures, &["certified_runs", "broken_runs", "broken_share", "coverage", "error"]);
    assert_eq!(figures["certified_runs"]["value"], 200, "what is always right is certified: {figures:?}");
    assert_eq!(figures["broken_runs"]["value"], 0);
    assert_eq!(figures["error"]["value"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn pipeline() {
    let figures = lines(Name::Pipeline, "pipeline", 24, nowhere()).await;
    let names = [
        "messages_per_s",
        "history_ratio",
        "startup_ms",
        "cpu_us_per_message",
        "light_p50_ms",
        "light_p99_ms",
        "peak_mb",
        "kill_switch_ms",
        "lost",
        "duplicated",
        "replies",
        "fdatasync_per_s",
    ];
    assert_has(&figures, &names);
    assert_eq!(figures["lost"]["value"], 0);
    assert_eq!(figures["duplicated"]["value"], 0);
    assert!(figures["replies"]["value"].as_u64().unwrap() >= 2 * 24, "one for each message of both rounds");
    assert_eq!(figures["messages_per_s"]["durability"], "journal wal, synchronous full");
    let stages = figures["messages_per_s"]["stages"].as_object().unwrap();
    assert_eq!(stages.keys().collect::<Vec<_>>(), ["sent"], "{stages:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn list() {
    let figures = lines(Name::List, "list", 60, nowhere()).await;
    assert_has(&figures, &["p50_ms", "p99_ms", "deep_p50_ms", "deep_p99_ms", "unread_p50_ms", "channel_p50_ms"]);
    assert_eq!(figures["p50_ms"]["n"], 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn api() {
    let figures = lines(Name::Api, "api", 60, nowhere()).await;
    assert_has(
        &figures,
        &["list_p99_ms", "list_worst_p99_ms", "detail_p99_ms", "counts_p99_ms", "search_p99_ms", "requests_per_s"],
    );
    assert_has(&figures, &["ceiling_ratio", "sse_mb", "sse_fanout_p99_ms"]);
    assert_eq!(figures["sse_fanout_p99_ms"]["clients"], 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn replay() {
    let figures = lines(Name::Replay, "replay", 1_200, nowhere()).await;
    assert_has(
        &figures,
        &["decisions_per_s", "evaluations_per_s", "sealed_per_s", "stored_per_s", "bytes_per_decision"],
    );
    assert_eq!(figures["decisions_per_s"]["n"], 1_200);
    assert!(figures["decisions_per_s"]["freer"].as_u64().unwrap() > 0, "a lower threshold lets something go");
}
