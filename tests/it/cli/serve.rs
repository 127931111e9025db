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

#[tokio::test]
async fn mail_dropped_into_the_maildir_comes_in_once_and_is_moved_away() {
    let remit = remit();
    remit.write("drop/new/1.host", super::QUESTION);
    remit.write("drop/new/2.host", super::QUESTION);
    remit.write("drop/new/3.host", super::GARBAGE);
    let mut server = remit.start(&["serve", "--port", "0", "--maildir", "drop"]);
    let url = server.wait_for("ready ");
    let key = remit.run(&["key", "create", "--email", "ana@acme.example"]);
    let inbox = reqwest::Client::new().get(format!("{url}/api/v1/conversations")).bearer_auth(key.stdout.trim());
    let waiting = || std::fs::read_dir(remit.folder().join("drop/new")).unwrap().count();
    for _ in 0..200 {
        if waiting() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(waiting(), 0, "everything is moved away once it is stored");
    assert_eq!(std::fs::read_dir(remit.folder().join("drop/cur")).unwrap().count(), 3);
    let page: serde_json::Value = inbox.send().await.unwrap().json().await.unwrap();
    // The same mail twice is one conversation; what cannot be read is one more, for a person.
    assert_eq!(page["data"].as_array().unwrap().len(), 2, "{page}");
    let (ended, _) = server.terminate();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[tokio::test]
async fn the_demo_is_spoken_with_by_simulated_providers_and_hears_what_became_of_a_reply() {
    let remit = remit();
    let mut server = remit.start(&["serve", "--demo", "--port", "0"]);
    let ready = server.wait_for("ready ");
    let (url, key) = ready.split_once(" key=").unwrap();
    let client = reqwest::Client::new();
    let get = async |path: String| -> serde_json::Value {
        client.get(format!("{url}/api/v1{path}")).bearer_auth(key).send().await.unwrap().json().await.unwrap()
    };
    let channels = get("/channels".to_owned()).await;
    let served = |provider: &str| {
        let all = channels["data"].as_array().unwrap();
        all.iter().find(|row| row["provider"] == provider).unwrap_or_else(|| panic!("{channels:#}"))["id"].clone()
    };
    for provider in ["twilio", "whatsapp_cloud"] {
        // What people wrote was believed by the provider's own signature, and nothing else is.
        let id = served(provider).as_str().unwrap().to_owned();
        let health = get(format!("/channels/{id}/health")).await;
        let verified = health["checks"].as_array().unwrap().iter().find(|check| check["check"] == "webhook_verified");
        assert_eq!(verified.unwrap()["ok"], true, "{health:#}");
        let forged = client.post(format!("{url}/api/v1/inbound/{id}")).body("From=%2B41790000000&Body=x").send().await;
        assert_eq!(forged.unwrap().status(), 401);
    }
    let all = get("/conversations?channel=whatsapp".to_owned()).await;
    let conversation = all["data"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(all["data"][0]["contact"]["name"], "Ines Keller", "{all:#}");
    let reply = client
        .post(format!("{url}/api/v1/conversations/{conversation}/replies"))
        .bearer_auth(key)
        .header("idempotency-key", "demo-reply-1")
        .json(&serde_json::json!({ "body_text": "Yes: as a CSV file, under Contacts." }));
    assert_eq!(reply.send().await.unwrap().status(), 201);
    let mut told = serde_json::Value::Null;
    for _ in 0..400 {
        told = get(format!("/conversations/{conversation}/messages")).await;
        if told["data"].as_array().unwrap().iter().any(|row| row["direction"] == "outbound" && row["status"] == "read")
        {
            let (ended, _) = server.terminate();
            assert_eq!(ended.code, Some(0), "{}", ended.stderr);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody told that it was read: {told:#}");
}
