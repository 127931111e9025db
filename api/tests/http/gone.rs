//! Contacts are merged and erased and exported, and the trail says who did it.

use axum::http::Method;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::ports::ModelCall;
use remit_engine::store::{NewModelCall, Write};
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::Api;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).map(|line| &line[kind]).collect()
}

/// Rows in which one of the words stands, as text or as bytes.
async fn with_words(database: &remit_tests::Database, words: &[&str]) -> Vec<String> {
    let hex = |word: &str| word.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let wanted: Vec<String> = words.iter().flat_map(|word| [(*word).to_owned(), hex(word)]).collect();
    let rows = database.rows().await.into_iter();
    rows.filter(|row| wanted.iter().any(|word| row.to_lowercase().contains(word))).collect()
}

each_database!(two_contacts_become_one_and_the_more_careful_of_both_holds, |database| {
    let api = Api::new(&database).await;
    let mail = api.app.receive(ChannelKind::Email, "ann@example.org", "[complaint 0.90] By mail").await;
    let chat = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] By chat").await;
    let (from, into) = (api.app.contact(&chat).await.id, api.app.contact(&mail).await.id);
    let path = format!("/api/v1/contacts/{from}");
    api.call("closer", Method::PUT, &format!("{path}/do-not-contact"), None).await.good();
    let merge = json!({ "into_id": into });
    api.post("viewer", &format!("{path}/merge"), merge.clone()).await.problem(403, "forbidden");
    api.post("closer", &format!("{path}/merge"), json!({ "into_id": from })).await.problem(409, "same_contact");
    api.post("closer", &format!("{path}/merge"), json!({ "into_id": "con_none" })).await.problem(404, "not_found");
    api.post("closer", "/api/v1/contacts/con_none/merge", merge.clone()).await.problem(404, "not_found");

    let left = api.post("closer", &format!("{path}/merge"), merge.clone()).await.good();
    assert_eq!(left["id"], into);
    assert_eq!(left["addresses"].as_array().unwrap().len(), 2);
    assert!(left["opted_out_at"].is_string(), "whoever opted out did so for both");
    assert_eq!(left["inbound_count"], 2);
    let gone = api.get("viewer", &path).await.good();
    assert_eq!((gone["merged_into"].as_str(), gone["addresses"].as_array().unwrap().len()), (Some(into.as_str()), 0));
    let listed = api.data("viewer", "/api/v1/contacts").await;
    assert_eq!(listed.len(), 1);
    let theirs = api.data("viewer", &format!("/api/v1/conversations?contact_id={into}")).await;
    assert_eq!(theirs.len(), 2);
    api.post("closer", &format!("{path}/merge"), merge).await.problem(409, "contact_gone");
    // What comes in from the old address is the new one's.
    let again = api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] Still me?").await;
    assert_eq!(api.app.contact(&again).await.id, into);
    assert!(api.app.sent().is_empty(), "and the opt-out holds");

    api.get("approver", "/api/v1/audit").await.problem(403, "forbidden");
    let trail = api.data("manager", "/api/v1/audit").await;
    let merged = trail.iter().find(|line| line["action"] == "POST /api/v1/contacts/{id}/merge").unwrap();
    assert_eq!((merged["actor_name"].as_str(), merged["credential"].as_str()), (Some("Rep closer"), Some("service")));
    assert_eq!(merged["subject"].as_str().unwrap(), format!("{path}/merge"));
    assert_eq!(merged["data"]["conversations"], json!([chat.conversation_id]));
    assert_eq!(merged["data"]["addresses"], json!([["chat", "visitor-1"]]));
    assert_eq!(merged["data"]["into"]["opted_out_at"], Value::Null, "as it was before");
});

each_database!(the_trail_has_what_changes_who_may_do_what_and_nothing_that_failed, |database| {
    let api = Api::new(&database).await;
    api.post("owner", "/api/v1/users", json!({ "name": "New", "email": "new@acme.example", "role": "viewer" }))
        .await
        .good();
    api.post("owner", "/api/v1/users", json!({ "name": "New", "email": "new@acme.example", "role": "viewer" })).await;
    api.post("closer", "/api/v1/kill-switch/engage", json!({ "reason": "test" })).await.good();
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] No").await;
    let path = format!("/api/v1/conversations/{}/notes", got.conversation_id);
    api.post("closer", &path, json!({ "body_text": "Not for the trail" })).await.good();
    let actions = api.data("owner", "/api/v1/audit").await;
    let actions: Vec<&str> = actions.iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["POST /api/v1/kill-switch/engage", "POST /api/v1/users"]);
    let all = api.walk("owner", "/api/v1/audit?", 1).await;
    assert_eq!(all.len(), 2);
    let closer = api.data("manager", "/api/v1/users").await;
    let closer = closer.iter().find(|user| user["email"] == "closer@acme.example").unwrap()["id"].as_str().unwrap();
    let theirs = api.data("manager", &format!("/api/v1/audit?actor_id={closer}")).await;
    assert_eq!(theirs.len(), 1);
});

each_database!(who_is_erased_leaves_no_word_behind_and_the_ledger_still_verifies, |database| {
    let api = Api::new(&database).await;
    let mail = "From: Sigrun Sonderbar <sigrun@secret-home.example>\r\nTo: email@acme.example\r\nSubject: Geheimsache\r\n\
                Message-ID: <geheim@secret-home.example>\r\n\r\n[question 0.95] My lawyer says Zauberwort.\r\n";
    let got = api.app.mail(mail).await;
    let path = format!("/api/v1/conversations/{}", got.conversation_id);
    api.post("closer", &format!("{path}/notes"), json!({ "body_text": "Sonderbar again" })).await.good();
    api.post("closer", &format!("{path}/replies"), json!({ "body_text": "Dear Sigrun, Zauberwort!" })).await.good();
    let other = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Somebody else").await;
    // Somebody who was merged into them has a name of their own, and the trail knows it.
    let old = api.app.receive(ChannelKind::Sms, "+41791112233", "[complaint 0.90] Zauberwort by phone").await;
    let (from, into) = (api.app.contact(&old).await, api.app.contact(&got).await);
    let named =
        api.app.engine.change_contact(DEFAULT_WORKSPACE, &from.id, from.version, Some("Heimlich".to_owned()), None);
    named.await.unwrap();
    api.post("closer", &format!("/api/v1/contacts/{}/merge", from.id), json!({ "into_id": into.id })).await.good();
    // What broke off before there was a draft, and what a language model was asked.
    let call = ModelCall {
        purpose: "draft",
        model: "m".to_owned(),
        prompt_version: "1",
        request: json!({ "text": "Zauberwort?" }).to_string(),
        answer: Some("Dear Sigrun".to_owned()),
        error: None,
        tokens_in: Some(1),
        tokens_out: Some(1),
        cost_micros: None,
        took_ms: 1,
    };
    let kept =
        NewModelCall { id: "call_1".to_owned(), message_id: got.message_id.clone(), run_id: got.run_id.clone(), call };
    api.app.engine.commit_writes(DEFAULT_WORKSPACE, vec![Write::ModelCall(Box::new(kept))]).await.unwrap();
    api.app.settle().await;
    assert!(!with_words(&database, &["heimlich"]).await.is_empty());
    api.app.clock.advance(std::time::Duration::from_secs(60));
    let engine = &api.app.engine;
    let sealed = engine.seal_all_decisions(DEFAULT_WORKSPACE).await.unwrap();
    assert!(sealed > 0);
    crate::search::indexed(&api, "q=somebody", &other.message_id).await;
    let contact = api.app.contact(&got).await.id;
    let erase = format!("/api/v1/contacts/{contact}/erase");
    api.call("approver", Method::POST, &erase, None).await.problem(403, "forbidden");
    api.call("manager", Method::POST, "/api/v1/contacts/con_none/erase", None).await.problem(404, "not_found");
    let erased = api.call("manager", Method::POST, &erase, None).await.good();
    assert_eq!(erased["conversations"], 2);

    let words = ["sigrun", "sonderbar", "geheim", "zauberwort", "secret-home", "heimlich"];
    let left = with_words(&database, &words).await;
    assert!(left.is_empty(), "{left:#?}");
    // An export has nothing of it either, and a replay decides the same with what is left.
    let export = api.get("owner", "/api/v1/export").await;
    let text = export.text().to_lowercase();
    assert!(!words.iter().any(|word| text.contains(word)), "{text}");
    let verified = engine.verify(DEFAULT_WORKSPACE, None, &|_| {}).await.unwrap();
    assert!(verified.problems.is_empty(), "{verified:?}");
    assert!(verified.erased > 0 && verified.decisions > 0, "{verified:?}");
    // Counts are as before, and what is there says that it is erased.
    let messages = api.data("viewer", &format!("{path}/messages")).await;
    assert_eq!(messages.len(), 2);
    assert!(messages.iter().all(|message| message["body_text"] == ""));
    let gone = api.get("viewer", &format!("/api/v1/contacts/{contact}")).await.good();
    assert!(gone["erased_at"].is_string() && gone["name"].is_null());
    // At once, also while the index is behind: what is found is looked at once more.
    assert!(api.data("viewer", "/api/v1/search?q=zauberwort").await.is_empty());
    assert_eq!(api.data("viewer", "/api/v1/search?q=somebody").await.len(), 1, "others are untouched");
    assert_eq!(api.app.conversation(&other).await.status, "open");
    // Who writes again is somebody new.
    let again = api.app.mail(&mail.replace("geheim@", "neu@")).await;
    assert_ne!(again.conversation_id, got.conversation_id);
    assert_ne!(api.app.contact(&again).await.id, contact);
    // A second time takes nothing more away.
    api.call("manager", Method::POST, &erase, None).await.good();
    let verified = engine.verify(DEFAULT_WORKSPACE, None, &|_| {}).await.unwrap();
    assert!(verified.problems.is_empty(), "{verified:?}");
});

each_database!(an_export_has_everything_line_by_line_and_says_when_it_is_whole, |database| {
    let api = Api::new(&database).await;
    let one = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] First").await;
    api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Second").await;
    api.app.receive(ChannelKind::Sms, "+41791234567", "[complaint 0.90] Other").await;
    let note = format!("/api/v1/conversations/{}/notes", one.conversation_id);
    api.post("closer", &note, json!({ "body_text": "Inside" })).await.good();
    let contact = api.app.contact(&one).await.id;
    let path = format!("/api/v1/contacts/{contact}/export");
    api.get("approver", &path).await.problem(403, "forbidden");
    api.get("manager", "/api/v1/contacts/con_none/export").await.problem(404, "not_found");
    let reply = api.get("manager", &path).await;
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    let exported = lines(reply.text());
    assert_eq!(of(&exported, "contact").len(), 1);
    assert_eq!(of(&exported, "conversation").len(), 1);
    assert_eq!(of(&exported, "message").len(), 2);
    assert_eq!(of(&exported, "note")[0]["body_text"], "Inside");
    assert!(!of(&exported, "timeline").is_empty() && !of(&exported, "draft").is_empty());
    let end = exported.last().unwrap();
    assert_eq!((end["type"].as_str(), end["lines"].as_u64()), (Some("end"), Some(exported.len() as u64 - 1)));

    api.get("manager", "/api/v1/export").await.problem(403, "forbidden");
    let all = lines(api.get("owner", "/api/v1/export").await.text());
    assert_eq!((of(&all, "contact").len(), of(&all, "message").len()), (2, 3));
    let trail = api.data("owner", "/api/v1/audit").await;
    let subjects: Vec<&str> = trail.iter().map(|line| line["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects, ["/api/v1/export", path.as_str()]);
});
