//! PostgreSQL: the API in one process, the work in others.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use remit_tests::{Database, Kind, skipped};
use reqwest::Client;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{eager, remit, silent_smtp};

const MESSAGES: usize = 12;

/// A delivery signed as Standard Webhooks describe.
#[expect(clippy::disallowed_methods, reason = "the server under test has the machine's clock, and so has its client")]
pub(super) async fn deliver(client: &Client, url: &str, secret: &str, id: &str, body: &Value) -> reqwest::Response {
    let body = body.to_string();
    let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    let signature = format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()));
    client
        .post(url)
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_posted_to_the_api_are_decided_by_workers_in_other_processes() {
    let test = "cli::workers::messages_posted_to_the_api_are_decided_by_workers_in_other_processes";
    let Some(database) = Database::fresh(Kind::Postgres).await else {
        return skipped(test, "REMIT_TEST_POSTGRES_URL is not set");
    };
    let remit = remit().with("REMIT_DATABASE_URL", &database.address);
    assert_eq!(remit.run(&["migrate"]).code, Some(0));
    let key = remit.run(&["key", "create", "--email", "ana@acme.example"]).stdout;
    let channel = remit.run(&["channel", "add", "chat", "widget"]).stdout;
    let inbound = remit.run(&["channel", "secret", channel.trim(), "--json"]).json_lines().remove(0);

    let mut server = remit.start(&["serve", "--no-worker", "--port", "0"]);
    let url = server.wait_for("ready ");
    let client = Client::new();
    let post_to = format!("{url}{}", inbound["path"].as_str().unwrap());
    let secret = inbound["secret"].as_str().unwrap();

    // Nobody works yet: what arrives now waits in the database.
    let mut messages: Vec<String> = Vec::new();
    for number in 0..MESSAGES {
        if number == MESSAGES / 2 {
            assert!(decisions(&client, &url, &key, &messages[0]).await.is_empty(), "the API decides nothing itself");
        }
        let body = json!({
            "external_id": format!("visit-{number}"),
            "from": { "address": format!("visitor-{number}"), "name": "Mara" },
            "text": "Are you open on Saturdays?",
        });
        let answer = deliver(&client, &post_to, secret, &format!("delivery-{number}"), &body).await;
        assert_eq!(answer.status(), 202);
        let received: Value = answer.json().await.unwrap();
        messages.push(received["message_id"].as_str().unwrap().to_owned());
    }
    let body = json!({ "external_id": "forged", "from": { "address": "x" }, "text": "Are you open?" });
    let forged = format!("whsec_{}", BASE64.encode(&[0; 32]));
    assert_eq!(deliver(&client, &post_to, &forged, "forged", &body).await.status(), 401);

    let mut workers = [remit.start(&["worker"]), remit.start(&["worker"])];
    for worker in &mut workers {
        let _ = worker.wait_for("ready worker");
    }
    for message in &messages {
        let decided = tokio::time::timeout(Duration::from_secs(60), async {
            loop {
                let found = decisions(&client, &url, &key, message).await;
                if !found.is_empty() {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        let decided = decided.await.expect("a worker decides on it");
        assert_eq!(decided.len(), 1, "two workers, one decision: {decided:?}");
        // The starter policy: nothing leaves without a person.
        assert_eq!(decided[0]["outcome"], "approval", "{decided:?}");
    }
    for process in workers.into_iter().chain([server]) {
        let (ended, took) = process.terminate();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(took < Duration::from_secs(10), "it took {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_worker_had_in_hand_another_one_takes_over() {
    let test = "cli::workers::what_a_killed_worker_had_in_hand_another_one_takes_over";
    let Some(database) = Database::fresh(Kind::Postgres).await else {
        return skipped(test, "REMIT_TEST_POSTGRES_URL is not set");
    };
    let remit = eager().with("REMIT_DATABASE_URL", &database.address);
    assert_eq!(remit.run(&["migrate"]).code, Some(0));
    let channel = remit.run(&["channel", "add", "email", "inbox@acme.example"]).stdout;
    let inbound = remit.run(&["channel", "secret", channel.trim(), "--json"]).json_lines().remove(0);
    let mut server = remit.start(&["serve", "--no-worker", "--port", "0", "--policy", "eager.remit"]);
    let url = server.wait_for("ready ");
    let post_to = format!("{url}{}", inbound["path"].as_str().unwrap());
    let (smtp, calls) = silent_smtp();
    let mut killed = remit.start(&["worker", "--smtp", &smtp]);
    let _ = killed.wait_for("ready worker");
    let body =
        json!({ "external_id": "1", "from": { "address": "bo@example.com" }, "subject": "Hi", "text": "Hello?" });
    let answer = deliver(&Client::new(), &post_to, inbound["secret"].as_str().unwrap(), "delivery", &body).await;
    assert_eq!(answer.status(), 202);
    let called = tokio::task::spawn_blocking(move || (calls.recv_timeout(Duration::from_secs(60)), calls));
    let (called, _calls) = called.await.unwrap();
    called.expect("the worker calls the provider");
    killed.kill();

    // Its lease holds the run for half a minute; nobody need wait for that here.
    let db = database.open().await;
    assert_eq!(database.end_leases(&db).await, 1, "the dead worker's lease is all that is left");
    db.close().await;
    let mut next = remit.start(&["worker", "--smtp", &smtp]);
    let _ = next.wait_for("ready worker");
    // SMTP cannot be asked whether it has a mail: a person is, and nothing is sent again.
    let shown = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            let found = remit.run(&["jobs", "list", "--state", "in-doubt", "--json"]).json_lines().remove(0);
            if found["data"].as_array().is_some_and(|jobs| !jobs.is_empty()) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let shown = shown.await.expect("it is taken over and shown");
    assert_eq!(shown["data"][0]["channel"], "email", "{shown}");
    for process in [next, server] {
        let (ended, _) = process.terminate();
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
}

pub(super) async fn decisions(client: &Client, url: &str, key: &str, message: &str) -> Vec<Value> {
    let request = client.get(format!("{url}/api/v1/messages/{message}/decisions")).bearer_auth(key.trim());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let page: Value = answer.json().await.unwrap();
    page["data"].as_array().unwrap().clone()
}
