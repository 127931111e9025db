//! `remit serve --llm`: a message all the way through with a language model, against one that a test plays; and what
//! becomes of messages while it is away.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use remit_tests::each_database;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::remit;
use super::workers::{decisions, deliver};

const POLICY: &str = r#"remit 1
policy asked "Asks a language model"
import "std/base"
timezone "UTC"
autonomy full
undo 0s
team inbox
agent ada on chat
intent backups "How long copies are kept" {
  examples {
    "How long do you keep backups?"
    "For how many days are backups kept?"
    "When is a backup deleted?"
    "How old is the oldest backup that you have?"
  }
  reply send from 0.50, else approval
  draft model answer max 60 words sources help
}
intent thanks "Nothing but thanks" {
  examples {
    "Thank you so much"
    "Many thanks, that worked"
    "Great, thanks for your help"
    "Thanks a lot, all is well now"
  }
  reply send from 0.50, else approval
  draft template welcome
}
intent other { reply approval }
route { otherwise: to team inbox }
"#;

/// A language model that speaks like OpenAI's.
struct Played {
    url: String,
    /// While it is away, every call fails.
    away: Arc<AtomicBool>,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl Played {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let (away, heard) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let (gone, log) = (Arc::clone(&away), Arc::clone(&heard));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&gone), Arc::clone(&log)));
            }
        });
        Self { url, away, heard }
    }

    fn heard(&self) -> Vec<Value> {
        self.heard.lock().unwrap().clone()
    }
}

async fn answer(mut stream: TcpStream, away: Arc<AtomicBool>, heard: Arc<Mutex<Vec<Value>>>) {
    let mut bytes = Vec::new();
    let body = loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.unwrap_or(0);
        if read == 0 {
            return;
        }
        bytes.extend_from_slice(&part[..read]);
        let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
        let length: usize =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        if bytes.len() >= at + 4 + length {
            break serde_json::from_slice::<Value>(&bytes[at + 4..]).unwrap();
        }
    };
    // The message alone: the names of all intents stand in what comes before it.
    let text = body["messages"][1]["content"].as_str().unwrap().to_owned();
    let said = match body["response_format"]["json_schema"]["name"].as_str().unwrap() {
        "classification" if text.contains("hanks") => {
            json!({ "intent": "thanks", "confidence": 1.0, "evidence": "thanks" })
        }
        "classification" => json!({ "intent": "backups", "confidence": 1.0, "evidence": "backups" }),
        _ => json!({ "text": "Hello, backups are kept for 30 days.", "sources": [1] }),
    };
    heard.lock().unwrap().push(body);
    let (status, answer) = if away.load(Ordering::SeqCst) {
        (503, json!({ "error": { "message": "gone for lunch" } }))
    } else {
        let message = json!({ "role": "assistant", "content": said.to_string() });
        (
            200,
            json!({
                "choices": [{ "message": message, "finish_reason": "stop" }],
                "usage": { "prompt_tokens": 500, "completion_tokens": 20 },
            }),
        )
    };
    let body = answer.to_string();
    let head =
        format!("HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// What was decided about a message, once something was: the whole record.
async fn decision(client: &Client, url: &str, key: &str, message: &str) -> Value {
    for _ in 0..1_200 {
        if let Some(found) = decisions(client, url, key, message).await.first() {
            let id = found["id"].as_str().unwrap();
            let record =
                client.get(format!("{url}/api/v1/decisions/{id}")).bearer_auth(key.trim()).send().await.unwrap();
            return record.json().await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing was decided about {message}");
}

each_database!(a_message_goes_all_the_way_with_a_language_model_and_without_it_when_it_is_away, |database| {
    let played = Played::start().await;
    let remit = remit().with("REMIT_DATABASE_URL", &database.address);
    remit.write("asked.remit", POLICY);
    remit.write("templates/welcome.jinja", "You are welcome.");
    remit.write("knowledge/help/backups.md", "# Backups\nBackups are kept for 30 days, then they are deleted.");
    assert_eq!(remit.run(&["migrate"]).code, Some(0));
    let key = remit.run(&["key", "create", "--email", "ana@acme.example"]).stdout;
    let channel = remit.run(&["channel", "add", "chat", "widget"]).stdout;
    let inbound = remit.run(&["channel", "secret", channel.trim(), "--json"]).json_lines().remove(0);
    let mut server = remit.start(&[
        "serve",
        "--port",
        "0",
        "--policy",
        "asked.remit",
        "--llm",
        "openai:played",
        "--llm-url",
        &played.url,
        "--knowledge",
        "knowledge",
        "--llm-price",
        "1,2",
    ]);
    let url = server.wait_for("ready ");
    let client = Client::new();
    let post_to = format!("{url}{}", inbound["path"].as_str().unwrap());
    let post = async |number: usize, text: &str| -> String {
        let body =
            json!({ "external_id": format!("m{number}"), "from": { "address": format!("v{number}") }, "text": text });
        let name = format!("delivery-{number}");
        let answer = deliver(&client, &post_to, inbound["secret"].as_str().unwrap(), &name, &body).await;
        assert_eq!(answer.status(), 202);
        answer.json::<Value>().await.unwrap()["message_id"].as_str().unwrap().to_owned()
    };

    // Classified by both, drafted by the model from what we know, found harmless, sent.
    let message = post(1, "How long do you keep backups?").await;
    let record = decision(&client, &url, &key, &message).await;
    assert_eq!(
        (record["outcome"].as_str(), record["findings"].as_array().unwrap().len()),
        (Some("send"), 0),
        "{record}"
    );
    let by = record["classification"]["model"].as_str().unwrap();
    assert!(by.starts_with("openai:played@") && by.contains(" with embedded:"), "{by}");
    let classified: Vec<Value> = played.heard();
    assert_eq!(classified.len(), 2, "one call for the kind, one for the text");
    assert!(classified[1].to_string().contains("then they are deleted"), "it was given what it may say");
    let sent = async || {
        let outbox = remit.folder().join("remit-data/outbox");
        let mut texts = Vec::new();
        let mut folders = vec![outbox];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path)
                } else {
                    texts.push(std::fs::read_to_string(path).unwrap_or_default())
                }
            }
        }
        texts
    };
    let mut left = Vec::new();
    for _ in 0..600 {
        left = sent().await;
        if left.iter().any(|text| text.contains("backups are kept for 30 days")) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(left.iter().any(|text| text.contains("backups are kept for 30 days")), "{left:?}");

    // Both calls are kept, with what they cost, and no key.
    let kept: Vec<String> = database.rows().await.into_iter().filter(|row| row.starts_with("model_call ")).collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
    for purpose in ["classify", "draft"] {
        assert!(
            kept.iter().any(|row| row.contains(purpose) && row.contains("openai:played") && row.contains("540")),
            "{kept:?}"
        );
    }

    // It goes away. Four failures in a row, and the policy's own examples answer, in their own name.
    played.away.store(true, Ordering::SeqCst);
    let mut thanked = Vec::new();
    for number in 2..7 {
        thanked.push(post(number, "Many thanks, that worked").await);
    }
    for message in &thanked {
        let record = decision(&client, &url, &key, message).await;
        assert_eq!(record["outcome"], "send", "{record}");
        let by = record["classification"]["model"].as_str().unwrap();
        assert!(by.starts_with("embedded:"), "{by}");
    }
    let (ended, _) = server.terminate();
    assert_eq!(ended.code, Some(0), "{ended:?}");
});
