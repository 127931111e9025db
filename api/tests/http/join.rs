//! Two conversations become one, and nothing of either is lost.

use axum::http::Method;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::Api;

fn mail(from: &str, id: &str, subject: &str, text: &str) -> String {
    format!(
        "From: Ann <{from}>\nTo: email@acme.example\nSubject: {subject}\nMessage-ID: <{id}@example.org>\n\n{text}\n"
    )
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

each_database!(two_threads_of_a_contact_become_one_with_everything_in_it, |database| {
    let api = Api::new(&database).await;
    let second = || api.app.clock.advance(std::time::Duration::from_secs(1));
    let one = api.app.mail(&mail("ann@example.org", "one", "Fridge", "[complaint 0.90] Kühlschrank is warm")).await;
    second();
    let two = api.app.mail(&mail("ann@example.org", "two", "Oven", "[complaint 0.90] Backofen is cold")).await;
    second();
    let three = api
        .app
        .mail(
            &mail("ann@example.org", "three", "Re: Fridge", "[complaint 0.90] Still")
                .replace("Message-ID", "In-Reply-To: <one@example.org>\nMessage-ID"),
        )
        .await;
    assert_eq!(three.conversation_id, one.conversation_id);
    let (from, into) = (one.conversation_id.clone(), two.conversation_id.clone());
    let path = format!("/api/v1/conversations/{from}");
    let left = format!("/api/v1/conversations/{into}");
    api.post("closer", &format!("{path}/notes"), json!({ "body_text": "Kältemittel, says @Ana" })).await.good();
    let tag = api.post("closer", "/api/v1/tags", json!({ "name": "warm" })).await.good()["id"].clone();
    api.call("closer", Method::PUT, &format!("{path}/tags"), Some(json!({ "tag_ids": [tag] }))).await.good();
    // A closer writes in both: neither text is lost.
    for (at, text) in [(&path, "from the fridge"), (&left, "from the oven")] {
        crate::own::begin(&api, &format!("{at}/composer"), text).await;
    }
    let before: Vec<Value> = [&path, &left].iter().map(|_| Value::Null).collect();
    assert_eq!(before.len(), 2);
    let unread = |reply: Value| reply["unread_count"].as_i64().unwrap();
    let both = unread(api.get("viewer", &path).await.good()) + unread(api.get("viewer", &left).await.good());

    let merge = |into: &str| json!({ "into_id": into });
    api.post("viewer", &format!("{path}/merge"), merge(&into)).await.problem(403, "forbidden");
    api.post("closer", &format!("{path}/merge"), merge(&from)).await.problem(409, "cannot_merge");
    api.post("closer", &format!("{path}/merge"), merge("cnv_none")).await.problem(404, "not_found");
    let chat = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Else").await;
    api.post("closer", &format!("{path}/merge"), merge(&chat.conversation_id)).await.problem(409, "cannot_merge");

    let merged = api.post("closer", &format!("{path}/merge"), merge(&into)).await.good();
    assert_eq!((merged["id"].as_str(), merged["subject"].as_str()), (Some(into.as_str()), Some("Oven")));
    assert_eq!(merged["tags"][0]["name"], "warm");
    assert_eq!(merged["preview"], "[complaint 0.90] Still");
    assert_eq!(unread(api.get("viewer", &left).await.good()), both);
    // Everything in the order in which it came.
    let messages = api.data("viewer", &format!("{left}/messages")).await;
    assert_eq!(ids(&messages), [&three.message_id, &two.message_id, &one.message_id]);
    assert_eq!(api.walk("viewer", &format!("{left}/messages?"), 1).await.len(), 3);
    assert_eq!(api.data("viewer", &format!("{left}/notes")).await.len(), 1);
    let writing = api.get("closer", &format!("{left}/composer")).await.good();
    assert_eq!(writing["body_text"], "from the oven\n\nfrom the fridge");
    // What the AI had waiting is withdrawn, and a person is called.
    assert!(
        api.data("viewer", "/api/v1/approvals").await.iter().all(|row| row["conversation_id"] == chat.conversation_id)
    );
    let reasons = api.app.actions(&two).await;
    assert!(
        reasons.contains(&"no_draft".to_owned()) && !reasons.contains(&"approval_pending".to_owned()),
        "{reasons:?}"
    );
    assert_eq!(api.data("viewer", &format!("{left}/drafts")).await.len(), 3);
    let line = api.app.timeline(&two).await;
    assert!(line.contains("Rep closer merged the conversation “Fridge” into this one"), "{line}");
    assert_eq!(line.matches("message_received").count(), 3, "{line}");
    // The one that is no more says where it is, however it is asked for.
    assert_eq!(api.get("viewer", &path).await.problem(410, "conversation_merged")["merged_into"], into.as_str());
    api.get("viewer", &format!("{path}/messages")).await.problem(410, "conversation_merged");
    api.post("closer", &format!("{path}/merge"), merge(&into)).await.problem(410, "conversation_merged");
    let listed = api.data("viewer", "/api/v1/conversations?channel=email").await;
    assert_eq!(ids(&listed), [into.as_str()]);

    // What comes in for the old thread is in the one that is left, numbered on.
    second();
    let four = api
        .app
        .mail(
            &mail("ann@example.org", "four", "Re: Fridge", "[complaint 0.90] Hello?")
                .replace("Message-ID", "In-Reply-To: <three@example.org>\nMessage-ID"),
        )
        .await;
    assert_eq!(four.conversation_id, into);
    let messages = api.data("viewer", &format!("{left}/messages")).await;
    assert_eq!(ids(&messages)[0], four.message_id);
    let reply = api.post("closer", &format!("{left}/replies"), json!({ "body_text": "Both are on their way." })).await;
    reply.good();
    api.app.settle().await;
    assert_eq!(api.app.sent(), ["Both are on their way."]);
    // And is found there.
    api.app.engine.index_all().await.unwrap();
    crate::search::indexed(&api, "q=kühlschrank", &one.message_id).await;
    let found = api.data("viewer", &format!("/api/v1/search?q=kühlschrank&conversation_id={into}")).await;
    assert_eq!(found.len(), 1, "{found:?}");
    // The ledger says what it said.
    api.app.clock.advance(std::time::Duration::from_secs(60));
    assert!(api.app.engine.seal_all_decisions(DEFAULT_WORKSPACE).await.unwrap() > 0);
    let verified = api.app.engine.verify(DEFAULT_WORKSPACE, None, &|_| {}).await.unwrap();
    assert!(verified.problems.is_empty(), "{verified:?}");
    let trail = api.data("owner", "/api/v1/audit").await;
    let entry = trail.iter().find(|line| line["action"] == "POST /api/v1/conversations/{id}/merge").unwrap();
    assert_eq!(entry["data"]["messages"].as_array().unwrap().len(), 2);
    let events = api.data("viewer", &format!("/api/v1/events?types=conversation.merged&conversation_id={from}")).await;
    assert_eq!(events[0]["data"]["into_id"], into.as_str());
    // Nothing in the store names the one that is no more but what happened before.
    let left_over: Vec<String> = database
        .rows()
        .await
        .into_iter()
        .filter(|row| row.contains(&from))
        .map(|row| row.split_whitespace().next().unwrap_or_default().to_owned())
        .collect();
    let history = [
        "decision",
        "decision_pack",
        "event_log",
        "audit",
        "request_once",
        "conversation_gone",
        "timeline",
        "effect",
        "ledger_block",
    ];
    assert!(left_over.iter().all(|table| history.contains(&table.as_str())), "{left_over:?}");
    // Whoever it was is erased with all of it.
    let contact = api.app.contact(&two).await.id;
    api.call("manager", Method::POST, &format!("/api/v1/contacts/{contact}/erase"), None).await.good();
    let words = ["kühlschrank", "backofen", "kältemittel", "oven", "ann@example.org"];
    let rows = database.rows().await;
    let kept: Vec<&String> =
        rows.iter().filter(|row| words.iter().any(|word| row.to_lowercase().contains(word))).collect();
    assert!(kept.is_empty(), "{kept:#?}");
});

each_database!(while_something_is_under_way_nothing_is_merged, |database| {
    let api = Api::new(&database).await;
    let one = api.app.mail(&mail("ann@example.org", "one", "Fridge", "[complaint 0.90] Warm")).await;
    let two = api.app.mail(&mail("ann@example.org", "two", "Oven", "[complaint 0.90] Cold")).await;
    let path = format!("/api/v1/conversations/{}", one.conversation_id);
    let later = json!({ "body_text": "Tomorrow", "send_at": "2026-03-04T10:00:00Z" });
    api.post("closer", &format!("{path}/replies"), later).await.good();
    let before = database.rows().await;
    let merge = json!({ "into_id": two.conversation_id });
    api.post("closer", &format!("{path}/merge"), merge.clone()).await.problem(409, "conversation_busy");
    let after = database.rows().await;
    let changed: Vec<&String> =
        before.symmetric_difference(&after).filter(|row| !row.starts_with("request_once ")).collect();
    assert!(changed.is_empty(), "{changed:#?}");
    let drafts = api.data("viewer", &format!("{path}/drafts")).await;
    let own = drafts.iter().find(|draft| draft["status"] == "scheduled").expect("a reply of a person");
    let back = format!("/api/v1/drafts/{}/take-back", own["id"].as_str().unwrap());
    api.call("closer", Method::POST, &back, None).await.good();
    api.post("closer", &format!("{path}/merge"), merge).await.good();
    assert!(api.app.sent().is_empty());
});
