//! `remit simulate`, `replay`, `explain`, `policy` and `diff --traffic`.

use insta::assert_snapshot;
use remit_tests::process::{Ran, Remit};

use super::{BROKEN, GARBAGE, QUESTION, THANKS, remit};

/// The shipped policies, and three mails.
fn with_policies() -> Remit {
    let remit = remit();
    let folder = remit_tests::root().join("policies");
    for entry in std::fs::read_dir(&folder).unwrap().chain(std::fs::read_dir(folder.join("templates")).unwrap()) {
        let path = entry.unwrap().path();
        if path.is_file() {
            let name = path.strip_prefix(folder.parent().unwrap()).unwrap();
            remit.write(name.to_str().unwrap(), std::fs::read(&path).unwrap());
        }
    }
    for (name, bytes) in [
        ("mails/broken.eml", BROKEN),
        ("mails/garbage.eml", GARBAGE),
        ("mails/march/question.eml", QUESTION),
        ("mails/thanks.eml", THANKS),
        ("mails/notes.md", b"# no mail"),
    ] {
        remit.write(name, bytes);
    }
    remit
}

/// The default policy with one text replaced.
fn changed(remit: &Remit, name: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(remit.folder().join("policies/default.remit")).unwrap();
    assert!(text.contains(from), "no `{from}`");
    remit.write(&format!("policies/{name}"), text.replace(from, to));
}

const PACK: &str = r#"{"text":"When are you open on Saturdays?"}
{"text":"Are you open on Saturdays?","given":{"segments":["vip"],"known":true}}
{"text":"Please remove me from your list","given":{"channel":"email"}}
{"text":"I will call my lawyer","from":{"address":"+4930123456"},"given":{"channel":"sms"}}
{"external_id":"x","text":"Thank you so much!","automated":true}
{"text":"Thank you so much, that worked!","given":{"over":["contact_daily"]}}
"#;

fn good(ran: Ran) -> Ran {
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran
}

#[test]
fn a_pack_gives_the_same_table_every_time_and_touches_nothing() {
    let remit = with_policies();
    remit.write("pack.jsonl", PACK);
    let arguments =
        ["simulate", "mails", "pack.jsonl", "--policy", "policies/default.remit", "--at", "2026-03-03T10:00:00Z"];
    let table = good(remit.run(&arguments));
    assert_snapshot!(table.stdout);
    assert_eq!(good(remit.run(&arguments)).stdout, table.stdout);
    assert!(!remit.folder().join("remit-data").exists(), "nothing is stored");
    let lines = good(remit.run(&[&arguments[..], &["--json"]].concat())).json_lines();
    assert_eq!(lines.len(), 10);
    assert_eq!((&lines[4]["message"], &lines[4]["channel"]), (&"pack.jsonl:00001".into(), &"chat".into()));
    let markdown = good(remit.run(&[&arguments[..], &["--markdown"]].concat())).stdout;
    assert!(markdown.starts_with("| message | kind |") && markdown.lines().count() == 12, "{markdown}");
    // Night for the text message, and everybody is a named account.
    let night =
        ["simulate", "-", "--policy", "policies/default.remit", "--at", "2026-03-03T23:00:00Z", "--segment", "vip"];
    let ran = good(remit.run_with(&night, PACK.as_bytes()));
    assert_ne!(ran.stdout.lines().nth(1), table.stdout.lines().nth(5), "{ran:?}");

    for (input, message) in [
        ("{\"text\":1}\n", "`-` line 1: invalid type"),
        ("\n[]\n", "`-` line 2: is no JSON object"),
        ("{\"text\":\"x\",\"given\":{\"chanel\":\"sms\"}}", "`-` line 1: `given`: unknown field `chanel`"),
        ("{\"text\":\"x\",\"from\":{\"address\":\"nobody\"},\"given\":{\"channel\":\"sms\"}}", "is not a phone number"),
    ] {
        let ran = remit.run_with(&["simulate", "-", "--policy", "policies/default.remit"], input.as_bytes());
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.stderr.contains(message), "{message}: {ran:?}");
    }
    assert_eq!(remit.run(&["simulate", "nowhere", "--policy", "policies/default.remit"]).code, Some(3));
}

#[test]
fn recorded_mails_are_replayed_explained_and_counted() {
    let remit = with_policies();
    let _ = good(remit.run(&["ingest", "mails", "--policy", "policies/default.remit"]));
    let same = good(remit.run(&["replay", "--policy", "policies/default.remit"]));
    assert!(same.stdout.contains("4 decisions from ") && same.stdout.contains("under default"), "{same:?}");
    assert!(same.stdout.contains("unchanged                 4"), "{same:?}");
    assert_eq!(remit.run(&["replay", "--policy", "policies/default.remit", "--fail-on", "any"]).code, Some(0));

    changed(&remit, "free.remit", "autonomy controlled\n", "autonomy full\n");
    let free = ["replay", "--policy", "policies/free.remit", "--json"];
    let report = &good(remit.run(&free)).json_lines()[0];
    assert_eq!(report["decisions"], 4);
    let freer = report["as_recorded"]["freer"].as_u64().unwrap();
    assert!(freer > 0, "{report}");
    let change = &report["changes"][0];
    let decision = change["examples"][0]["decision_id"].as_str().unwrap();
    let text = good(remit.run(&free[..3])).stdout;
    assert!(text.contains("FREER     approval -> send") && text.contains(decision), "{text}");
    let markdown = good(remit.run(&["replay", "--policy", "policies/free.remit", "--markdown"])).stdout;
    assert!(markdown.contains("| **freer** |"), "{markdown}");
    assert_eq!(remit.run(&["replay", "--policy", "policies/free.remit", "--fail-on", "any"]).code, Some(4));
    assert_eq!(remit.run(&["replay", "--policy", "policies/free.remit", "--fail-on", "freer"]).code, Some(4));
    assert_eq!(good(remit.run(&[&free[..], &["--limit", "1"]].concat())).json_lines()[0]["decisions"], 1);
    let wrong = remit.run(&["replay", "--policy", "policies/free.remit", "--since", "soon"]);
    assert_eq!((wrong.code, wrong.stderr.contains("`soon` is no time")), (Some(3), true), "{wrong:?}");

    let why = good(remit.run(&["explain", decision, "--what-if", "escalate"])).stdout;
    for part in ["  because  ", "  mode     ", "  risk     ", "  route    ", "  what-if  escalate: ", "default.remit:"]
    {
        assert!(why.contains(part), "{part} in {why}");
    }
    let other = good(remit.run(&["explain", decision, "--policy", "policies/free.remit"])).stdout;
    assert!(why.starts_with("APPROVAL") && other.starts_with("SEND"), "{why}\n{other}");
    let object = &good(remit.run(&["explain", decision, "--json"])).json_lines()[0];
    remit.write("facts.json", object["facts"].to_string());
    let facts = good(remit.run(&["explain", "facts.json", "--policy", "policies/default.remit", "--json"]));
    assert_eq!(facts.json_lines()[0]["verdict"], object["verdict"]);
    assert_eq!(remit.run(&["explain", "dec_nothing"]).code, Some(3));
    assert_eq!(remit.run(&["explain", "facts.json"]).code, Some(1), "facts need a policy");

    let diff = ["diff", "policies/default.remit", "policies/free.remit", "--traffic"];
    let counted = good(remit.run(&diff)).stdout;
    assert!(counted.contains("TRAFFIC   4 recorded messages"), "{counted}");
    let object = &good(remit.run(&[&diff[..], &["--format", "json"]].concat())).json_lines()[0];
    let regions = object["traffic"]["regions"].as_array().unwrap();
    assert_eq!(regions.len(), object["regions"].as_array().unwrap().len());
    assert_eq!(regions.iter().map(|count| count.as_u64().unwrap()).sum::<u64>(), freer, "{object}");
}

#[test]
fn a_policy_comes_into_force_by_command_when_what_it_lets_go_was_acknowledged() {
    let remit = with_policies();
    changed(&remit, "wider.remit", "reply send from 0.60", "reply send from 0.58");
    changed(&remit, "failing.remit", "policy default", "policy failing");
    let failing = std::fs::read_to_string(remit.folder().join("policies/failing.remit")).unwrap();
    let case = "cases \"wrong\" {\n  | channel chat, intent opening_hours 0.99 -> off\n}\n";
    remit.write("policies/failing.remit", format!("{failing}\n{case}"));
    let digest_of = |path: &str| good(remit.run(&["policy", "add", path])).stdout.trim().to_owned();
    let short = |digest: &str| digest.trim_start_matches("sha256:")[..12].to_owned();

    // Where nothing was in force, everything that is sent is new.
    let none = remit.run(&["policy", "activate", "policies/default.remit"]);
    assert_eq!(none.code, Some(4), "{none:?}");
    let default = digest_of("policies/default.remit");
    let seen = format!("none..{}", short(&default));
    assert!(none.stderr.contains(&format!("--acknowledge {seen}")), "{none:?}");
    let first = good(remit.run(&["policy", "activate", &short(&default), "--acknowledge", &seen]));
    assert!(first.stdout.contains(&default), "{first:?}");

    // A freer one: the difference is shown, and the refusal says how to acknowledge it.
    let refused = remit.run(&["policy", "activate", "policies/wider.remit"]);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.stderr.contains("FREER"), "{refused:?}");
    let wider = digest_of("policies/wider.remit");
    let seen = format!("{}..{}", short(&default), short(&wider));
    assert!(refused.stderr.contains(&format!("--acknowledge {seen}")), "{refused:?}");
    let backwards = format!("{}..{}", short(&wider), short(&default));
    let other = remit.run(&["policy", "activate", "policies/wider.remit", "--acknowledge", &backwards]);
    assert_eq!((other.code, other.stderr.contains("about another difference")), (Some(4), true), "{other:?}");
    let _ = good(remit.run(&["policy", "activate", "policies/wider.remit", "--acknowledge", &seen]));

    let failing = remit.run(&["policy", "activate", "policies/failing.remit", "--acknowledge", &seen]);
    assert_eq!((failing.code, failing.stderr.contains("FAILED")), (Some(3), true), "{failing:?}");
    // What a starting process is given passes the same gate, but that naming it is the acknowledgement.
    let started = remit.run(&["ingest", "mails", "--policy", "policies/failing.remit"]);
    assert!(
        started.stderr.contains("has 1 case(s) that do not hold; the policy `default` stays in force"),
        "{started:?}"
    );

    let back = good(remit.run(&["policy", "rollback", "--json"]));
    assert_eq!(back.json_lines()[0]["digest"], default.as_str(), "{back:?}");
    let listed = good(remit.run(&["policy", "versions", "--json"]));
    let object = &listed.json_lines()[0];
    let history: Vec<_> =
        object["history"].as_array().unwrap().iter().map(|one| one["how"].as_str().unwrap()).collect();
    assert_eq!(history, ["rolled_back", "published", "published"]);
    assert_eq!(object["history"][1]["acknowledged"], true, "{object}");
    let table = good(remit.run(&["policy", "versions"])).stdout;
    assert!(table.lines().any(|line| line.starts_with(&short(&default)) && line.ends_with("in force")), "{table}");
    assert_eq!(remit.run(&["policy", "activate", "00000000"]).code, Some(3));
}
