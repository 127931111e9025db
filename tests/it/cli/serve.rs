//! `remit serve`: starts, answers, stops; one process for a SQLite store; a bad policy never replaces a good one.

use std::time::Duration;

use insta::assert_snapshot;

use super::{THREE_MISTAKES, remit};

/// How long a server that has nothing to do may take to stop.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

const GOOD: &str = "remit 1\npolicy house \"The rules of the house\"\nimport \"std/base\"\ntimezone \"UTC\"\n";

#[tokio::test]
async fn it_says_when_it_is_ready_answers_and_stops_in_good_order() {
    let remit = remit();
    let mut server = remit.start(&["serve", "--port", "0"]);
    let url = server.wait_for("ready ");
    let answer = reqwest::get(format!("{url}/healthz")).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["status"], "ok");
    let answer = reqwest::get(format!("{url}/api/v1/conversations")).await.unwrap();
    assert_eq!(answer.status(), 401, "nothing is read without a key");

    let (ended, took) = server.terminate();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(took < STOPS_WITHIN, "it took {took:?}");
    assert!(reqwest::get(format!("{url}/healthz")).await.is_err(), "nothing listens any more");
}

#[test]
fn a_second_server_on_the_same_folder_is_refused_until_the_first_is_gone() {
    let remit = remit();
    let mut first = remit.start(&["serve", "--port", "0"]);
    let _ = first.wait_for("ready ");
    assert_snapshot!(remit.run(&["serve", "--port", "0"]).all(), @r"
    exit code: 1
    ----- stdout -----
    ----- stderr -----
    error: another remit process already works on remit-data/remit.db
    hint: stop it, or name another --data folder
    ");
    // Other commands go on beside it.
    assert_eq!(remit.run(&["channel", "list"]).code, Some(0));
    let mut elsewhere = remit.start(&["serve", "--port", "0", "--data", "elsewhere"]);
    let _ = elsewhere.wait_for("ready ");

    // A power cut leaves nothing behind that would keep the next one out.
    first.kill();
    let mut next = remit.start(&["serve", "--port", "0"]);
    let _ = next.wait_for("ready ");
}

#[test]
fn a_port_that_is_taken_is_an_error_with_a_hint() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let ran = remit().run(&["serve", "--port", &port]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("hint: name another --port, or 0 for any free one"), "{ran:?}");
}

#[tokio::test]
async fn a_policy_with_mistakes_leaves_the_one_before_in_force_and_says_where_they_are() {
    let remit = remit();
    remit.write("house.remit", GOOD);
    remit.write("three.remit", THREE_MISTAKES);
    let mut server = remit.start(&["serve", "--port", "0", "--policy", "house.remit"]);
    let _ = server.wait_for("ready ");
    assert_eq!(server.terminate().0.code, Some(0));

    let mut server = remit.start(&["serve", "--port", "0", "--policy", "three.remit"]);
    let url = server.wait_for("ready ");
    let key = remit.run(&["key", "create", "--email", "ana@acme.example"]);
    let request = reqwest::Client::new().get(format!("{url}/api/v1/policies/active")).bearer_auth(key.stdout.trim());
    let policy: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(policy["name"], "house", "{policy}");

    let (ended, _) = server.terminate();
    assert_eq!(ended.code, Some(0));
    for place in ["three.remit:4:12", "three.remit:6:14", "three.remit:9:16"] {
        assert!(ended.stderr.contains(place), "no {place} in {}", ended.stderr);
    }
    let warning = "warning: `three.remit` does not check; the policy `house` stays in force";
    assert!(ended.stderr.contains(warning), "{}", ended.stderr);
}

#[test]
fn a_first_policy_with_mistakes_is_an_error() {
    let remit = remit();
    remit.write("three.remit", THREE_MISTAKES);
    let ran = remit.run(&["serve", "--port", "0", "--policy", "three.remit"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran:?}");
    assert!(ran.stderr.ends_with("error: `three.remit` does not check\n"), "{ran:?}");
}
