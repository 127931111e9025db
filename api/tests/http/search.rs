//! Search: words, phrases and beginnings, page by page; only what is there now; made anew; never a syntax error.

use axum::http::Method;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::search::words::{Asked, tokens};
use remit_engine::store::search::Find;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::Api;

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

async fn found(api: &Api, query: &str) -> Vec<Value> {
    api.data("viewer", &format!("/api/v1/search?{query}")).await
}

/// Once the index has what was told last: then it has all that came before. On PostgreSQL that takes until no transaction
/// of the whole server is older, those of other tests among them.
pub(crate) async fn indexed(api: &Api, query: &str, id: &str) {
    for _ in 0..4_000 {
        api.app.engine.index_all().await.unwrap();
        if ids(&found(api, query).await).contains(&id) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("`{query}` does not find {id}");
}

each_database!(words_phrases_and_beginnings_are_found_with_what_matched, |database| {
    let api = Api::new(&database).await;
    let text = "[complaint 0.90] The Café-parcel is BROKEN. I want my money back, Señora";
    let one = api.app.receive(ChannelKind::Chat, "visitor-1", text).await;
    let two = api.app.receive(ChannelKind::Sms, "+41791234567", "[complaint 0.90] is the parcel here? No money").await;
    let note = json!({ "body_text": "He wants his money; a parcel of 2026-17" });
    let path = format!("/api/v1/conversations/{}/notes", one.conversation_id);
    let note = api.post("closer", &path, note).await.good();
    let note = note["id"].as_str().unwrap();
    let (first, second) = (one.message_id.as_str(), two.message_id.as_str());
    indexed(&api, "q=parcel", note).await;

    for (query, wanted) in [
        ("q=parcel", vec![note, second, first]),
        ("q=MONEY%20parcel", vec![note, second, first]),
        ("q=cafe", vec![first]),
        ("q=se%C3%B1ora", vec![first]),
        ("q=%22parcel%20is%20broken%22", vec![first]),
        ("q=%22is%20the%20par%22*", vec![second]),
        ("q=brok*", vec![first]),
        ("q=brok", vec![]),
        ("q=2026-17", vec![note]),
        ("q=parcel&type=note", vec![note]),
        ("q=parcel&type=message&channel=sms", vec![second]),
        ("q=parcel%20nothing", vec![]),
        ("q=%22", vec![]),
        ("q=parcel&until=2000-01-01T00:00:00Z", vec![]),
        ("q=parcel&since=2000-01-01T00:00:00Z&type=message", vec![second, first]),
    ] {
        assert_eq!(ids(&found(&api, query).await), wanted, "{query}");
    }
    let inside = format!("q=parcel&conversation_id={}", one.conversation_id);
    assert_eq!(ids(&found(&api, &inside).await), [note, first]);
    let other = format!("q=parcel&conversation_id={}", two.conversation_id);
    assert_eq!(ids(&found(&api, &other).await), [second]);

    let hit = &found(&api, "q=%22parcel%20is%22%20money&type=message").await[0];
    assert_eq!(
        (hit["type"].as_str(), hit["conversation"]["id"].as_str()),
        (Some("message"), Some(&*one.conversation_id))
    );
    let pieces = hit["snippet"].as_array().unwrap();
    let matched: Vec<&str> =
        pieces.iter().filter(|piece| piece["matched"] == true).map(|piece| piece["text"].as_str().unwrap()).collect();
    assert_eq!(matched, ["parcel is", "money"]);
    // A contact by its number, and under another name as soon as it has one.
    let contact = api.app.contact(&two).await.id;
    assert_eq!(ids(&found(&api, "q=41791234567&type=contact").await), [contact.as_str()]);
    let path = format!("/api/v1/contacts/{contact}");
    let tag = api.get("viewer", &path).await.header("etag").to_owned();
    let mut request = axum::http::Request::builder().method(Method::PATCH).uri(&path).header("if-match", tag);
    request = request.header("authorization", format!("Bearer {}", crate::support::key("closer")));
    request = request.header("content-type", "application/json");
    let body = json!({ "name": "Zoë Ärzte", "company": "Acme Holding" }).to_string();
    api.request(request.body(body.into()).unwrap()).await.good();
    indexed(&api, "q=zoe%20holding", &contact).await;
    assert_eq!(ids(&found(&api, "q=zoe%20holding").await), [contact.as_str()]);
    let page = api.get("viewer", "/api/v1/search?q=zoe").await.good();
    assert_eq!((page["complete"].as_bool(), page["indexed_until"].is_string()), (Some(true), true));
});

each_database!(pages_hold_every_hit_once_and_the_index_is_made_anew_when_it_is_gone, |database| {
    let api = Api::new(&database).await;
    let mut all = Vec::new();
    for n in 0..23 {
        let text = format!("[complaint 0.90] order {n} of blue things {}", if n % 2 == 0 { "even" } else { "odd" });
        all.push(api.app.receive(ChannelKind::Chat, &format!("visitor-{n}"), &text).await.message_id);
    }
    all.reverse();
    indexed(&api, "q=22", &all[0]).await;
    assert_eq!(api.walk("viewer", "/api/v1/search?q=blue&type=message&", 4).await, all);
    let even = api.walk("viewer", "/api/v1/search?q=blue%20even&type=message&", 5).await;
    assert_eq!(even.len(), 12);
    let page = api.get("viewer", "/api/v1/search?q=blue&limit=2").await.good();
    let cursor = page["next_cursor"].as_str().unwrap();
    let other = format!("/api/v1/search?q=even&limit=2&cursor={cursor}");
    api.get("viewer", &other).await.problem(400, "cursor_mismatch");

    api.app.engine.index_anew().await.unwrap();
    // While it is made anew it says so; it may be done by the time we look.
    let behind = api.get("viewer", "/api/v1/search?q=blue").await.good();
    assert!(behind["complete"] == true || behind["indexed_until"].is_null(), "{behind}");
    let late = api.app.receive(ChannelKind::Chat, "visitor-late", "[complaint 0.90] blue and late").await.message_id;
    indexed(&api, "q=late&type=message", &late).await;
    let again = api.walk("viewer", "/api/v1/search?q=blue&type=message&", 7).await;
    let sorted = |ids: &[String]| ids.iter().cloned().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(again.len(), 24, "each once");
    all.push(late);
    assert_eq!(sorted(&again), sorted(&all));
});

each_database!(what_is_asked_is_never_a_syntax_error, |database| {
    let api = Api::new(&database).await;
    let words = "[complaint 0.90] near and or not it's \"quoted\" a:b 100% c++ 東京 x' OR 1=1 --";
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", words).await;
    indexed(&api, "q=quoted", &got.message_id).await;
    for q in [
        "\"",
        "'",
        "*",
        "(",
        ")",
        "NEAR(a b)",
        "AND",
        "a AND",
        "NOT",
        "^a",
        "{words}: a",
        "words:a",
        "a & | !b",
        "<->",
        "\\",
        "':*",
        "100%",
        "_",
        "東京",
        "\u{e000}",
        "a\"b\"*c",
        "-a +b",
        "x' OR 1=1 --",
        "\"a b",
        "tags:k",
    ] {
        let path = format!("/api/v1/search?q={}", url(q));
        api.get("viewer", &path).await.good();
    }
    assert_eq!(ids(&found(&api, &format!("q={}", url("東京"))).await), [got.message_id.as_str()]);
    for (q, code) in [
        ("", "invalid_query"),
        ("\u{0}", "invalid_query"),
        (&*"x ".repeat(33), "invalid_query"),
        (&*"x".repeat(501), "invalid_query"),
    ] {
        api.get("viewer", &format!("/api/v1/search?q={}", url(q))).await.problem(400, code);
    }
    api.get("viewer", "/api/v1/search").await.problem(400, "invalid_query");
    api.get("viewer", "/api/v1/search?q=a&type=fax").await.problem(400, "invalid_query");
    api.get("viewer", "/api/v1/search?q=a&since=soon").await.problem(400, "invalid_query");
});

each_database!(the_index_finds_what_stands_in_the_texts_and_nothing_else, |database| {
    let api = Api::new(&database).await;
    let texts = [
        "Grüße aus Zürich, straße 12",
        "GRUSSE aus zurich",
        "naïve café / naive cafe",
        "中文字 中 文",
        "it’s it's its",
        "a b c a b d",
        "a\tb\nc",
        "e\u{301}clair éclair",
        "ﬁne fine",
        "x\u{ad}y xy",
        "Ⅷ viii",
        "กขค",
        "Δοκιμή ΔΟΚΙΜΗΣ",
        "100.000,50 €",
        "foo_bar foo-bar foobar",
        "🙂 smile",
    ];
    let mut ids_of = Vec::new();
    for (n, text) in texts.iter().enumerate() {
        let text = format!("[complaint 0.90] {text}");
        ids_of.push((api.app.receive(ChannelKind::Chat, &format!("v{n}"), &text).await.message_id, text));
    }
    indexed(&api, "q=smile", &ids_of[texts.len() - 1].0).await;
    let mut asked: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    for text in texts {
        let words: Vec<String> = tokens(text).map(|token| token.word).collect();
        for pair in words.windows(2) {
            asked.push(format!("\"{}\"", pair.join(" ")));
        }
        asked.extend(words.iter().map(|word| format!("{}*", word.chars().take(2).collect::<String>())));
    }
    for typed in asked {
        let asked = Asked::read(&typed).unwrap();
        let find = Find {
            workspace_id: DEFAULT_WORKSPACE,
            asked: &asked,
            kinds: &["message"],
            channel: None,
            conversation: None,
            since: None,
            until: None,
        };
        let page = api.app.engine.search(&find, i64::MAX, 100).await.unwrap();
        let mut wanted: Vec<&String> =
            ids_of.iter().filter(|(_, text)| asked.find(&[text.as_str()]).is_some()).map(|(id, _)| id).collect();
        wanted.reverse();
        let found: Vec<String> = page
            .hits
            .iter()
            .map(|hit| match &hit.what {
                remit_engine::search::Found::Message(message) => message.id.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{typed}");
    }
});

fn url(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
