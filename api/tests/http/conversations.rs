//! The inbox: what a row says, how filters combine, how pages turn.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::Method;
use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::Api;

each_database!(a_row_says_what_a_list_draws, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Email, "Bo@Example.com", "[complaint 0.90] Not   good\nat all").await;
    let row = api.data("viewer", "/api/v1/conversations").await.remove(0);
    assert_eq!(row["id"], message.conversation_id);
    assert_eq!((&row["channel"], &row["channel_id"]), (&json!("email"), &json!("chn_email")));
    assert_eq!(row["subject"], "A subject");
    assert_eq!(row["preview"], "[complaint 0.90] Not good at all");
    assert_eq!(row["contact"]["email"], "bo@example.com");
    assert_eq!((&row["contact"]["phone"], &row["contact"]["ai_paused"]), (&Value::Null, &json!(false)));
    assert_eq!(row["unread_count"], 1);
    assert_eq!(row["requires_action"], json!({ "flag": true, "reasons": ["approval_pending"] }));
    assert_eq!((&row["status"], &row["revision"]), (&json!("open"), &json!(1)));
    assert_eq!(row["last_activity_at"], "2026-03-03T10:00:00.000Z");
    assert_eq!(row["last_inbound_at"], "2026-03-03T10:00:00.000Z");
    let one = api.get("viewer", &format!("/api/v1/conversations/{}", message.conversation_id)).await.good();
    assert_eq!(one, row);
});

each_database!(unread_is_each_reps_own_and_looking_changes_nothing, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let read = format!("/api/v1/conversations/{}/read", message.conversation_id);
    let unread = "/api/v1/conversations?unread=true";
    for path in ["", "/messages", "/timeline"] {
        api.get("viewer", &format!("/api/v1/conversations/{}{path}", message.conversation_id)).await.good();
    }
    assert_eq!(api.data("viewer", unread).await.len(), 1, "looking does not mark as read");
    for _ in 0..2 {
        assert_eq!(api.call("viewer", Method::PUT, &read, None).await.good()["unread_count"], 0);
    }
    assert!(api.data("viewer", unread).await.is_empty());
    assert_eq!(api.data("owner", unread).await[0]["unread_count"], 1);
    api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Still").await;
    assert_eq!(api.data("viewer", unread).await[0]["unread_count"], 1);
    assert_eq!(api.data("owner", unread).await[0]["unread_count"], 2);
    api.call("owner", Method::PUT, &read, None).await.good();
    assert_eq!(api.call("owner", Method::DELETE, &read, None).await.good()["unread_count"], 1);
    assert_eq!(api.data("owner", unread).await.len(), 1);
    for method in [Method::PUT, Method::DELETE] {
        api.call("owner", method, "/api/v1/conversations/cnv_x/read", None).await.problem(404, "not_found");
    }
});

each_database!(filters_combine, |database| {
    let api = Api::new(&database).await;
    // Of each: one that leaves on its own, one that waits.
    for (kind, from) in [(ChannelKind::Chat, "visitor"), (ChannelKind::Sms, "+4179123456")] {
        api.app.receive(kind, &format!("{from}1"), "[question 0.95] When?").await;
        api.app.receive(kind, &format!("{from}2"), "[complaint 0.90] Not good").await;
    }
    let rows = api.data("viewer", "/api/v1/conversations").await;
    assert_eq!(rows.len(), 4);
    let read = |row: &Value| format!("/api/v1/conversations/{}/read", row["id"].as_str().unwrap());
    let read_chat = rows.iter().find(|row| row["channel"] == "chat" && row["requires_action"]["flag"] == true).unwrap();
    api.call("viewer", Method::PUT, &read(read_chat), None).await.good();
    let rows = api.data("viewer", "/api/v1/conversations").await;
    for channel in [None, Some("chat"), Some("sms"), Some("email")] {
        for unread in [false, true] {
            for action in [false, true] {
                let mut query = format!("/api/v1/conversations?unread={unread}&requires_action={action}");
                if let Some(channel) = channel {
                    query.push_str(&format!("&channel={channel}"));
                }
                let wanted: Vec<&Value> = rows
                    .iter()
                    .filter(|row| channel.is_none_or(|channel| row["channel"] == channel))
                    .filter(|row| !unread || row["unread_count"] != 0)
                    .filter(|row| !action || row["requires_action"]["flag"] == true)
                    .collect();
                let found = api.data("viewer", &query).await;
                assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{query}");
                let ids: Vec<_> = wanted.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
                assert_eq!(api.walk("viewer", &format!("{query}&"), 1).await, ids, "{query}");
            }
        }
    }
});

each_database!(pages_neither_lose_nor_repeat_while_rows_are_added, |database| {
    let api = Api::new(&database).await;
    let mut before = BTreeSet::new();
    for n in 0..23 {
        // Several in the same millisecond: the id decides.
        if n % 4 == 0 {
            api.app.clock.advance(Duration::from_millis(1));
        }
        let stored = api.app.store(ChannelKind::Chat, &format!("visitor-{n}"), "[complaint 0.90] Hm").await;
        before.insert(stored.conversation_id);
    }
    api.app.settle().await;
    let mut seen = Vec::new();
    let mut next = "/api/v1/conversations?limit=5".to_owned();
    for n in 0.. {
        let page = api.get("viewer", &next).await.good();
        let rows = page["data"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        assert_eq!(rows.len(), 5);
        next = format!("/api/v1/conversations?limit=5&cursor={cursor}");
        api.app.clock.advance(Duration::from_millis(1));
        api.app.store(ChannelKind::Chat, &format!("newcomer-{n}"), "[complaint 0.90] Hm").await;
    }
    let unique: BTreeSet<String> = seen.iter().cloned().collect();
    assert_eq!(unique.len(), seen.len(), "a row came twice");
    assert_eq!(unique, before, "every row that was there, and none that came later");
    assert_eq!(api.walk("viewer", "/api/v1/conversations?", 100).await.len(), 27);
    let all = api.walk("viewer", "/api/v1/conversations?", 25).await;
    for limit in [1, 2, 7] {
        assert_eq!(api.walk("viewer", "/api/v1/conversations?", limit).await, all);
    }
});

each_database!(a_conversation_is_shown_with_what_is_asked_for, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let path = format!("/api/v1/conversations/{}", message.conversation_id);
    let plain = api.get("viewer", &path).await;
    assert!(plain.good()["included"].is_null() && !plain.header("etag").is_empty());
    let shown = api.get("viewer", &format!("{path}?include=contact&include=channel&include=ai_status")).await;
    assert!(shown.header("etag").is_empty(), "what is included changes by itself");
    let conversation = shown.good();
    let included = &conversation["included"];
    let contact = format!("/api/v1/contacts/{}", conversation["contact"]["id"].as_str().unwrap());
    assert_eq!(included["contact"], api.get("viewer", &contact).await.good());
    assert_eq!(included["channel"], api.get("viewer", "/api/v1/channels/chn_chat").await.good());
    assert_eq!(included["ai_status"], api.get("viewer", &format!("{path}/ai-status")).await.good());
    let one = api.get("viewer", &format!("{path}?include=channel")).await.good();
    assert!(one["included"]["contact"].is_null() && one["included"]["ai_status"].is_null());
    for wrong in ["include=everything", "include=contact,channel", "included=contact"] {
        api.get("viewer", &format!("{path}?{wrong}")).await.problem(400, "invalid_query");
    }
    api.get("viewer", "/api/v1/conversations/cnv_none?include=contact").await.problem(404, "not_found");
});
