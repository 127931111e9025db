//! The chat box: what a visitor writes and reads, from whichever site and browser.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt as _;
use remit_engine::channels::sign;
use remit_engine::ports::Clock as _;
use remit_tests::{Database, each_database};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{Api, Reply};

const SITE: &str = "https://shop.example";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const ASK: &str = "[question 0.95] When do you open?";

async fn box_of(database: &Database) -> Api {
    let api = Api::new(database).await;
    let body = json!({ "provider": "web_chat", "settings": { "allowed_origins": SITE }, "secrets": { "identity_secret": "s" } });
    api.call("manager", Method::PUT, "/api/v1/channels/chn_chat/provider", Some(body)).await.good();
    api
}

fn request(method: &str, path: &str, origin: &str, who: &[(&str, &str)]) -> axum::http::request::Builder {
    let mut request = Request::builder().method(method).uri(format!("/chat/chn_chat/{path}"));
    if !origin.is_empty() {
        request = request.header("origin", origin);
    }
    for (name, value) in who {
        request = request.header(*name, *value);
    }
    request
}

async fn write(api: &Api, origin: &str, who: &[(&str, &str)], id: &str, text: &str) -> Reply {
    let body = json!({ "id": id, "text": text }).to_string();
    let request = request("POST", "messages", origin, who).header("content-type", "application/json");
    let reply = api.request(request.body(Body::from(body)).unwrap()).await;
    api.app.settle().await;
    reply
}

/// Reads a stream until so many messages came; gives them, and the place of the last.
async fn read(api: &Api, who: &[(&str, &str)], after: &str, many: usize) -> (Vec<Value>, String) {
    let path = if after.is_empty() { "stream".to_owned() } else { format!("stream?after={after}") };
    let request = request("GET", &path, SITE, who).body(Body::empty()).unwrap();
    let response = api.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    let (mut body, mut text) = (response.into_body(), String::new());
    let count = |text: &str| text.matches("\ndata: ").count() + usize::from(text.starts_with("data: "));
    while count(&text) < many || many == 0 {
        let wait = if many == 0 { Duration::from_millis(300) } else { Duration::from_secs(20) };
        match tokio::time::timeout(wait, body.frame()).await {
            Ok(Some(frame)) => text.push_str(std::str::from_utf8(frame.unwrap().data_ref().unwrap()).unwrap()),
            Ok(None) => break,
            Err(_) if many == 0 => break,
            Err(_) => panic!("only this came: {text}"),
        }
    }
    let rows =
        |prefix: &str| text.lines().filter_map(|line| line.strip_prefix(prefix)).map(str::to_owned).collect::<Vec<_>>();
    let found = rows("data: ").iter().map(|row| serde_json::from_str(row).unwrap()).collect();
    (found, rows("id: ").last().cloned().unwrap_or_default())
}

fn token(of: &str) -> String {
    format!("Visitor {of}")
}

each_database!(case_096_a_visitor_is_answered_and_goes_on_where_they_were, |database| {
    let api = box_of(&database).await;
    let own = token(TOKEN);
    let who = [("authorization", own.as_str())];
    let first = write(&api, SITE, &who, "m1", ASK).await;
    assert_eq!(first.status.as_u16(), 202, "{}", first.text());
    assert_eq!(first.header("access-control-allow-origin"), SITE);
    // The browser did not hear the answer, and says it again; so does another tab.
    let (again, other) = tokio::join!(write(&api, SITE, &who, "m1", ASK), write(&api, SITE, &who, "m1", ASK));
    assert!(again.json()["duplicate"] == true && other.json()["duplicate"] == true);
    let (both, place) = read(&api, &who, "", 2).await;
    let told: Vec<(&str, &str)> =
        both.iter().map(|one| (one["author"].as_str().unwrap(), one["text"].as_str().unwrap())).collect();
    assert_eq!(told, [("visitor", ASK), ("assistant", "An answer to your question.")]);
    assert_eq!(both[0]["client_id"], "m1", "the browser knows its own message again");
    let (same, _) = read(&api, &who, "", 2).await;
    assert_eq!(same, both, "another tab sees the same in the same order");

    // It goes on after the last, without loss and without repeat, also while it listens.
    let listening = read(&api, &who, &place, 2);
    let writing = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        write(&api, SITE, &who, "m2", ASK).await
    };
    let ((news, _), _) = tokio::join!(listening, writing);
    assert_eq!(news.iter().map(|one| one["seq"].as_i64().unwrap()).collect::<Vec<_>>(), [3, 4]);

    // Somebody else sees nothing of it.
    let stranger = token(&TOKEN.replace('0', "9"));
    let (nothing, _) = read(&api, &[("authorization", &stranger)], "", 0).await;
    assert!(nothing.is_empty(), "{nothing:?}");
    let (stolen, _) = read(&api, &[("authorization", &stranger)], &place, 0).await;
    assert!(stolen.is_empty(), "a place is no key");
});

each_database!(case_097_098_who_it_is_and_from_where_decides_what_they_see, |database| {
    let api = box_of(&database).await;
    let now = api.app.clock.now_ms() / 1000;
    let jwt = |aud: &str, exp: i64| sign::jwt(&json!({ "sub": "42", "name": "Lena", "aud": aud, "exp": exp }), b"s");
    let (good, expired, elsewhere) =
        (jwt("chn_chat", now + 600), jwt("chn_chat", now - 5), jwt("chn_other", now + 600));
    let own = token(TOKEN);
    let known = [("authorization", own.as_str()), ("remit-identity", good.as_str())];
    assert_eq!(write(&api, SITE, &known, "m1", ASK).await.status.as_u16(), 202);
    let (mine, _) = read(&api, &known, "", 2).await;
    assert_eq!(mine.len(), 2);
    let contact = api.data("viewer", "/api/v1/conversations").await;
    assert_eq!(contact.len(), 1);
    for forged in [&expired, &elsewhere] {
        let (nothing, _) = read(&api, &[("authorization", &own), ("remit-identity", forged)], "", 0).await;
        assert!(nothing.is_empty(), "no history of somebody else");
    }
    write(&api, "https://evil.example", &known, "m2", ASK).await.problem(403, "cross_site");
    write(&api, SITE, &[("authorization", "Visitor short")], "m2", ASK).await.problem(401, "unauthenticated");
    let asks = request("OPTIONS", "messages", SITE, &[]).body(Body::empty()).unwrap();
    let asked = api.request(asks).await;
    assert_eq!((asked.status.as_u16(), asked.header("access-control-allow-origin")), (204, SITE));
    let asks = request("OPTIONS", "messages", "https://evil.example", &[]).body(Body::empty()).unwrap();
    assert_eq!(api.request(asks).await.status.as_u16(), 403);
    for (id, text) in [("", "x"), ("m3", " "), ("m4", &*"x".repeat(10_001))] {
        assert_eq!(write(&api, SITE, &known, id, text).await.status.as_u16(), 422, "{id} {text:.5}");
    }
    let script = api.request(Request::get("/chat.js").body(Body::empty()).unwrap()).await;
    assert_eq!((script.status.as_u16(), script.header("content-type")), (200, "text/javascript; charset=utf-8"));
});

/// Reads a stream until these words came.
async fn until(body: &mut Body, words: &str) -> String {
    let mut text = String::new();
    while !text.contains(words) {
        let frame = tokio::time::timeout(Duration::from_secs(20), body.frame()).await;
        let frame = frame.unwrap_or_else(|_| panic!("`{words}` did not come, only: {text}")).unwrap().unwrap();
        text.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
    }
    text
}

async fn types(api: &Api, who: &[(&str, &str)], body: &str) -> Reply {
    let request = request("POST", "typing", SITE, who).header("content-type", "application/json");
    api.request(request.body(Body::from(body.to_owned())).unwrap()).await
}

each_database!(who_writes_is_seen_on_the_other_side_in_every_process_and_kept_nowhere, |database| {
    let api = box_of(&database).await;
    // On PostgreSQL the visitor is connected with another process than the rep.
    let other = match database.kind {
        remit_tests::Kind::Postgres => Some(api.app.again(&database).await),
        remit_tests::Kind::Sqlite => None,
    };
    let engine = other.as_ref().map_or(&api.app.engine, |other| &other.engine).clone();
    let there = remit_api::http::router(remit_api::http::App::new(engine, crate::support::MASTER));
    let own = token(TOKEN);
    let who = [("authorization", own.as_str())];
    types(&api, &who, r#"{"typing":true}"#).await.status.is_success().then_some(()).expect("before there is anything");
    write(&api, SITE, &who, "m1", ASK).await;
    let conversation = api.data("viewer", "/api/v1/conversations").await[0]["id"].as_str().unwrap().to_owned();

    let asked = request("GET", "stream", SITE, &who).body(Body::empty()).unwrap();
    let mut visitor = there.clone().oneshot(asked).await.unwrap().into_body();
    until(&mut visitor, "assistant").await;
    let stream = Request::get("/api/v1/events/stream")
        .header("authorization", format!("Bearer {}", crate::support::key("viewer")));
    let mut page = there.clone().oneshot(stream.body(Body::empty()).unwrap()).await.unwrap().into_body();
    until(&mut page, "hello").await;
    // The connection that hears of others takes a moment.
    let presence = format!("/api/v1/conversations/{conversation}/presence");
    let mut heard = String::new();
    for _ in 0..100 {
        api.call("closer", Method::PUT, &presence, Some(json!({ "doing": "typing" }))).await.good();
        if let Ok(Some(frame)) = tokio::time::timeout(Duration::from_millis(200), visitor.frame()).await {
            heard.push_str(std::str::from_utf8(frame.unwrap().data_ref().unwrap()).unwrap());
            break;
        }
    }
    assert_eq!(heard, "event: typing\ndata: {\"name\":\"Rep closer\",\"typing\":true}\n\n", "and no place of the log");
    api.call("closer", Method::DELETE, &presence, None).await;
    until(&mut visitor, "\"typing\":false").await;

    let before = api.app.engine.events().last().await.unwrap();
    assert_eq!(types(&api, &who, r#"{"typing":true}"#).await.status.as_u16(), 204);
    let told = until(&mut page, "event: typing").await;
    let frame = told.split("\n\n").find(|frame| frame.starts_with("event: typing")).unwrap();
    let data: Value = serde_json::from_str(frame.split_once("data: ").unwrap().1).unwrap();
    assert_eq!(data, json!({ "conversation_id": conversation, "typing": true }));
    assert_eq!(api.app.engine.events().last().await.unwrap(), before, "nothing of it is in the log");

    // Nobody hears of the conversations of others, and strangers say nothing.
    let stranger = token(&TOKEN.replace('0', "9"));
    let asked = request("GET", "stream", SITE, &[("authorization", &stranger)]).body(Body::empty()).unwrap();
    let mut outsider = there.clone().oneshot(asked).await.unwrap().into_body();
    until(&mut outsider, "retry").await;
    api.call("closer", Method::PUT, &presence, Some(json!({ "doing": "typing" }))).await.good();
    until(&mut visitor, "\"typing\":true").await;
    let nothing = tokio::time::timeout(Duration::from_millis(300), outsider.frame()).await;
    assert!(nothing.is_err(), "{nothing:?}");
    assert_eq!(types(&api, &[("authorization", "Visitor short")], r#"{"typing":true}"#).await.status.as_u16(), 401);
    assert_eq!(types(&api, &who, r#"{"typing":"<b>"}"#).await.status.as_u16(), 422);
});

async fn leave(api: &Api, who: &[(&str, &str)], body: Value) -> Value {
    let request = request("POST", "leave", SITE, who).header("content-type", "application/json");
    let reply = api.request(request.body(Body::from(body.to_string())).unwrap()).await;
    api.app.settle().await;
    reply.good()["transcript"].clone()
}

each_database!(the_chat_goes_to_its_visitor_by_mail_once_and_only_where_it_may, |database| {
    let api = box_of(&database).await;
    let exp = api.app.clock.now_ms() / 1000 + 600;
    let claims =
        json!({ "sub": "42", "name": "Lena", "aud": "chn_chat", "exp": exp, "email": "lena@customer.example" });
    let (own, jwt) = (token(TOKEN), sign::jwt(&claims, b"s"));
    let known = [("authorization", own.as_str()), ("remit-identity", jwt.as_str())];
    let stranger = [("authorization", own.as_str())];
    let mails = || {
        let sent = api.app.outbound.recorder.sent();
        sent.into_iter().filter(|mail| mail.channel == remit_engine::domain::ChannelKind::Email).collect::<Vec<_>>()
    };
    let ask = json!({ "transcript": true });
    assert_eq!(leave(&api, &known, ask.clone()).await, false, "nothing was said yet");
    write(&api, SITE, &known, "m1", ASK).await;
    assert_eq!(leave(&api, &known, json!({})).await, false, "nobody asked for it");
    // Asked twice at the same time, it is sent once.
    let (one, two) = tokio::join!(leave(&api, &known, ask.clone()), leave(&api, &known, ask.clone()));
    assert_eq!([one, two].iter().filter(|sent| **sent == true).count(), 1);
    assert_eq!(leave(&api, &known, ask.clone()).await, false, "nothing new was said");
    let [mail] = &mails()[..] else { panic!("{:#?}", mails()) };
    assert_eq!((mail.to.as_str(), mail.automatic), ("lena@customer.example", true));
    assert!(
        mail.body_text.contains(ASK) && mail.body_text.contains("An answer to your question."),
        "{}",
        mail.body_text
    );
    assert_eq!(mail.subject.as_deref(), Some("Your chat with Acme"));
    // More was said: it is sent again.
    write(&api, SITE, &known, "m2", ASK).await;
    assert_eq!(leave(&api, &known, ask.clone()).await, true);
    assert_eq!(mails().len(), 2);

    // A stranger's own word for their address is not enough, until the channel says so; and then for one address only.
    write(&api, SITE, &stranger, "m1", ASK).await;
    let to = |address: &str| json!({ "transcript": true, "email": address });
    assert_eq!(leave(&api, &stranger, to("any@other.example")).await, false);
    let body = json!({ "provider": "web_chat", "settings": { "allowed_origins": SITE, "transcript": "asked" } });
    api.call("manager", Method::PUT, "/api/v1/channels/chn_chat/provider", Some(body)).await.good();
    assert_eq!(leave(&api, &stranger, to("any@other.example")).await, true);
    write(&api, SITE, &stranger, "m2", ASK).await;
    assert_eq!(leave(&api, &stranger, to("next@other.example")).await, false, "one address for good");
    let request = request("POST", "leave", SITE, &stranger).header("content-type", "application/json");
    let wrong = api.request(request.body(Body::from(to("no address").to_string())).unwrap()).await;
    assert_eq!(wrong.status.as_u16(), 422, "{}", wrong.text());
    assert_eq!(mails().len(), 3);

    // Whoever does not want to be written to is not.
    let contact =
        api.data("viewer", "/api/v1/contacts?address=any@other.example").await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/contacts/{contact}/do-not-contact");
    assert!(api.call("manager", Method::PUT, &path, None).await.status.is_success());
    assert_eq!(leave(&api, &stranger, to("any@other.example")).await, false);
    assert_eq!(mails().len(), 3);
});
