//! The event log from outside: polled, waited for, streamed.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, Request, StatusCode};
use futures_util::StreamExt;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::events::keep::{Counted, Retention};
use remit_engine::store::Write;
use remit_tests::each_database;
use serde_json::Value;
use tower::ServiceExt;

use crate::support::{Api, key};

async fn flip(api: &Api, name: &str) {
    let write = Write::Switch { name: name.to_owned(), is_on: true, reason: "a test".to_owned(), by: "Ana".to_owned() };
    api.app.engine.commit_writes(DEFAULT_WORKSPACE, vec![write]).await.unwrap();
}

fn switch(event: &Value) -> String {
    event["data"]["switch"].as_str().unwrap_or_default().to_owned()
}

/// One message of a stream: its fields by name.
type Message = BTreeMap<String, String>;

/// A stream as a browser reads it.
struct Stream {
    status: StatusCode,
    headers: HeaderMap,
    body: BodyDataStream,
    text: String,
    last_id: Option<String>,
}

impl Stream {
    async fn open(api: &Api, role: &str, query: &str, last_id: Option<&str>) -> Self {
        let mut request = Request::get(format!("/api/v1/events/stream{query}"));
        request = request.header("authorization", format!("Bearer {}", key(role)));
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let response = api.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: body.into_data_stream(),
            text: String::new(),
            last_id: None,
        }
    }

    /// The next message; `None` at the end.
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let mut message = Message::new();
                for line in block.lines() {
                    let (name, value) = line.split_once(':').expect("a field");
                    message.insert(name.to_owned(), value.trim_start().to_owned());
                }
                self.text = rest.to_owned();
                self.last_id = message.get("id").cloned().or(self.last_id.take());
                return Some(message);
            }
            let more = tokio::time::timeout(Duration::from_secs(30), self.body.next()).await.expect("a sign of life");
            self.text.push_str(std::str::from_utf8(&more?.unwrap()).unwrap());
        }
    }

    /// The next event that is not `hello`.
    async fn event(&mut self) -> Value {
        loop {
            let message = self.next().await.expect("an event");
            if let Some(data) = message.get("data").filter(|_| !message.contains_key("event")) {
                let event: Value = serde_json::from_str(data).unwrap();
                assert_eq!(message["id"], event["seq"]);
                return event;
            }
        }
    }
}

each_database!(a_poll_reads_on_from_where_the_one_before_ended, |database| {
    let api = Api::new(&database).await;
    let list = api.get("viewer", "/api/v1/conversations").await;
    let begin = list.header("remit-event-seq").to_owned();
    assert_eq!(begin.len(), 29);
    for number in 0..12 {
        flip(&api, &format!("s{number}")).await;
    }
    let (mut names, mut next) = (Vec::new(), begin.clone());
    for _ in 0..1_000 {
        let page = api.get("viewer", &format!("/api/v1/events?after={next}&limit=5")).await.good();
        let rows = page["data"].as_array().unwrap();
        assert!(rows.len() <= 5);
        names.extend(rows.iter().map(switch).filter(|name| name.starts_with('s')));
        next = page["next_after"].as_str().unwrap().to_owned();
        if names.len() >= 12 && page["has_more"] == false {
            break;
        }
    }
    assert_eq!(names, (0..12).map(|number| format!("s{number}")).collect::<Vec<_>>());
    let none = api.get("viewer", &format!("/api/v1/events?after={next}")).await.good();
    assert_eq!((none["data"].as_array().unwrap().len(), &none["has_more"]), (0, &Value::Bool(false)));
    let first = &api.data("viewer", "/api/v1/events?limit=1").await[0];
    for field in ["id", "seq", "type", "created_at", "actor", "conversation_id", "client_ref", "data"] {
        assert!(first.get(field).is_some(), "{field} in {first}");
    }
    let some = api.data("viewer", &format!("/api/v1/events?after={begin}&types=switch.*,message.sent&limit=100")).await;
    assert!(some.len() >= 12 && some.iter().all(|event| event["type"] == "switch.flipped"), "{some:?}");
    let other = api.data("viewer", &format!("/api/v1/events?after={begin}&conversation_id=cnv_x&limit=100")).await;
    assert!(other.is_empty());
    for (wrong, code) in [
        ("after=1", "invalid_cursor"),
        ("after=%F0%9F%A6%80", "invalid_cursor"),
        ("types=message", "invalid_query"),
        ("wait_seconds=26", "invalid_query"),
        ("wait_seconds=-1", "invalid_query"),
        ("limit=0", "invalid_query"),
        ("what=1", "invalid_query"),
    ] {
        api.get("viewer", &format!("/api/v1/events?{wrong}")).await.problem(400, code);
    }
    // A place of another log.
    let ahead = format!("7{}", &begin[1..]);
    api.get("viewer", &format!("/api/v1/events?after={ahead}")).await.problem(410, "events_expired");
});

each_database!(who_waits_is_answered_when_something_wanted_happens, |database| {
    let api = Api::new(&database).await;
    let begin = api.app.engine.events().last().await.unwrap();
    let path = format!("/api/v1/events?after={begin}&types=note.*&wait_seconds=25");
    let waiting = api.get("viewer", &path);
    let acting = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        flip(&api, "unwanted").await;
        let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
        api.app.engine.add_note(&api.app.rep, &message.conversation_id, "Look").await.unwrap();
    };
    let (reply, ()) = tokio::join!(waiting, acting);
    let page = reply.good();
    assert_eq!(page["data"].as_array().unwrap().len(), 1, "{page}");
    assert_eq!(page["data"][0]["type"], "note.created");
    // Nothing happens: the answer is empty and says from where to read on.
    let path = format!("/api/v1/events?after={}&types=note.*&wait_seconds=1", page["next_after"].as_str().unwrap());
    let page = api.get("viewer", &path).await.good();
    assert!(page["data"].as_array().unwrap().is_empty() && page["next_after"].as_str().unwrap().len() == 29);
});

each_database!(a_stream_that_breaks_goes_on_without_loss_or_repeat, |database| {
    let api = Api::new(&database).await;
    let begin = api.app.engine.events().last().await.unwrap();
    let mut stream = Stream::open(&api, "viewer", "", None).await;
    assert_eq!(stream.status, StatusCode::OK);
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(stream.headers[name], value);
    }
    let hello = stream.next().await.unwrap();
    assert_eq!((hello["event"].as_str(), hello["retry"].as_str()), ("hello", "3000"));
    assert_eq!(hello["id"].len(), 29);

    let writing = async {
        for number in 0..60 {
            flip(&api, &format!("s{number}")).await;
            if number % 10 == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    };
    let reading = async {
        let mut names = Vec::new();
        while names.len() < 60 {
            let name = switch(&stream.event().await);
            // What came before may be told on PostgreSQL as well: it takes until older transactions have ended.
            if !name.starts_with('s') {
                continue;
            }
            names.push(name);
            if names.len() % 17 == 0 {
                // The connection breaks, and what happens meanwhile is not seen. `after` is what the page began with.
                let last = stream.last_id.take().unwrap();
                drop(stream);
                tokio::time::sleep(Duration::from_millis(30)).await;
                stream = Stream::open(&api, "viewer", &format!("?after={begin}"), Some(&last)).await;
            }
        }
        names
    };
    let ((), names) = tokio::join!(writing, reading);
    assert_eq!(names, (0..60).map(|number| format!("s{number}")).collect::<Vec<_>>());

    // A list, and the stream from the place that it names: what was done in between is not missed.
    let seq = api.get("viewer", "/api/v1/conversations").await.header("remit-event-seq").to_owned();
    flip(&api, "in between").await;
    let mut stream = Stream::open(&api, "viewer", &format!("?after={seq}&types=switch.*"), None).await;
    while switch(&stream.event().await) != "in between" {}
    let wrong = Stream::open(&api, "viewer", "?after=1", None).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let wrong = Stream::open(&api, "viewer", "", Some("1")).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
});

each_database!(five_streams_at_a_time_and_none_for_a_key_that_was_revoked, |database| {
    let api = Api::new(&database).await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        streams.push(Stream::open(&api, "viewer", "", None).await);
    }
    let refused = Stream::open(&api, "viewer", "", None).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers.contains_key("retry-after"));
    let mut closer = Stream::open(&api, "closer", "?types=message.*", None).await;
    assert_eq!(closer.status, StatusCode::OK, "others have their own");
    assert_eq!(api.app.engine.events().streams(), 6);
    streams.pop();
    let again = Stream::open(&api, "viewer", "", None).await;
    assert_eq!(again.status, StatusCode::OK, "one that was closed is free again");

    closer.next().await.expect("hello");
    let mut viewer = streams.remove(0);
    viewer.next().await.expect("hello");
    let mut keys = Vec::new();
    for _ in 0..1_000 {
        keys = api.data("viewer", "/api/v1/events?types=key.created&limit=100").await;
        if keys.len() == 5 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let of_closer = keys[1]["data"]["key_id"].as_str().unwrap().to_owned();
    api.app.engine.commit_writes(DEFAULT_WORKSPACE, vec![Write::ApiKeyRevoke { id: of_closer }]).await.unwrap();
    assert_eq!(closer.next().await, None, "the stream ends with its key");
    while viewer.event().await["type"] != "key.revoked" {}
    // The process stops: all end.
    api.app.engine.events().close();
    assert_eq!(viewer.next().await, None);
});

each_database!(who_comes_back_too_late_is_told_to_begin_anew, |database| {
    let api = Api::new(&database).await;
    let begin = api.app.engine.events().last().await.unwrap();
    for number in 0..10 {
        flip(&api, &format!("s{number}")).await;
    }
    let keep = Retention { oldest_ms: i64::MAX / 2, most_events: 3 };
    let mut counted = Counted::default();
    for _ in 0..1_000 {
        while api.app.engine.trim_events(keep, &mut counted).await.unwrap() {}
        if api.get("viewer", &format!("/api/v1/events?after={begin}")).await.status == StatusCode::GONE {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    api.get("viewer", &format!("/api/v1/events?after={begin}")).await.problem(410, "events_expired");
    let gone = Stream::open(&api, "viewer", &format!("?after={begin}"), None).await;
    assert_eq!(gone.status, StatusCode::GONE);
    assert!(!api.data("viewer", "/api/v1/events").await.is_empty(), "without a place it begins with what there is");
});
