//! What keeps the desk in order: teams, who is where, notes that are mended, tags, contacts that are made, settings.

use axum::http::Method;
use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, Reply};

/// A request with a version: the one that was seen, or the one that is to be changed.
pub(crate) async fn send(api: &Api, role: &str, method: Method, path: &str, tag: &str, body: Option<Value>) -> Reply {
    let name = if method == Method::GET { "if-none-match" } else { "if-match" };
    api.send(role, method, path, if tag.is_empty() { ("", "") } else { (name, tag) }, body).await
}

async fn user(api: &Api, role: &str) -> String {
    api.get(role, "/api/v1/session").await.good()["user"]["id"].as_str().unwrap().to_owned()
}

fn names(rows: &[Value], field: &str) -> Vec<String> {
    rows.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

/// Types of the events told in a conversation, or about none, once one of this type is.
pub(crate) async fn told(api: &Api, kind: &str) -> Vec<Value> {
    for _ in 0..500 {
        let events = api.data("viewer", &format!("/api/v1/events?types={kind}&limit=100")).await;
        if !events.is_empty() {
            return events;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("`{kind}` is not told");
}

each_database!(teams_are_kept_have_members_and_look_after_conversations, |database| {
    let api = Api::new(&database).await;
    let named = |name: &str| json!({ "name": name });
    api.post("approver", "/api/v1/teams", named("sales")).await.problem(403, "forbidden");
    let made = api.post("manager", "/api/v1/teams", named("sales")).await;
    assert_eq!((made.status.as_u16(), made.header("etag")), (201, "\"v1\""));
    let id = made.good()["id"].as_str().unwrap().to_owned();
    api.post("manager", "/api/v1/teams", named("sales")).await.problem(409, "name_taken");
    let other = api.post("manager", "/api/v1/teams", named("inbox")).await.good();
    for wrong in [named(" "), named("a,b"), named("a\nb"), json!({})] {
        api.post("manager", "/api/v1/teams", wrong).await.problem(422, "invalid");
    }
    assert_eq!(names(&api.data("viewer", "/api/v1/teams").await, "name"), ["inbox", "sales"]);
    assert_eq!(api.walk("viewer", "/api/v1/teams?", 1).await.len(), 2);

    let path = format!("/api/v1/teams/{id}");
    let closer = user(&api, "closer").await;
    let members = |ids: Value| Some(json!({ "user_ids": ids }));
    let put = format!("{path}/members");
    send(&api, "manager", Method::PUT, &put, "", members(json!([]))).await.problem(428, "precondition_required");
    let nobody = send(&api, "manager", Method::PUT, &put, "\"v1\"", members(json!(["usr_nobody"]))).await;
    assert_eq!(nobody.pointers(), [("/user_ids/0".to_owned(), "invalid".to_owned())]);
    let with = send(&api, "manager", Method::PUT, &put, "\"v1\"", members(json!([closer, closer]))).await.good();
    assert_eq!((with["version"].as_i64(), with["members"].as_array().unwrap().len()), (Some(2), 1));
    let late = send(&api, "manager", Method::PUT, &put, "\"v1\"", members(json!([]))).await;
    assert_eq!(late.problem(412, "version_conflict")["current_version"], 2);
    let again = api.get("viewer", &path).await.good();
    assert_eq!(again["members"][0]["name"], "Rep closer", "nothing of what came too late was kept");

    // What the policy routes to a team of this name is its own; people may give it to another.
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] No").await;
    let conversation = format!("/api/v1/conversations/{}", got.conversation_id);
    let assign = |team: Value| json!({ "team_id": team });
    let at = format!("{conversation}/assign-team");
    api.post("viewer", &at, assign(json!(id))).await.problem(403, "forbidden");
    api.post("closer", &at, assign(json!("team_none"))).await.problem(422, "invalid");
    assert_eq!(api.post("closer", &at, assign(json!(id))).await.good()["team"], "sales");
    assert_eq!(api.data("viewer", "/api/v1/conversations?team=sales").await.len(), 1);
    assert_eq!(api.data("viewer", "/api/v1/conversations?team=inbox").await.len(), 0);
    assert_eq!(api.data("viewer", "/api/v1/conversations?team=inbox&team=sales").await.len(), 1);
    let line = api.app.timeline(&got).await;
    assert!(line.contains("gave the conversation to the team sales"), "{line}");

    let taken = send(&api, "manager", Method::PATCH, &path, "\"v2\"", Some(named("inbox"))).await;
    taken.problem(409, "name_taken");
    let renamed = send(&api, "manager", Method::PATCH, &path, "\"v2\"", Some(named("field"))).await.good();
    assert_eq!((renamed["name"].as_str(), renamed["version"].as_i64()), (Some("field"), Some(3)));
    send(&api, "manager", Method::DELETE, &path, "\"v2\"", None).await.problem(412, "version_conflict");
    assert_eq!(send(&api, "manager", Method::DELETE, &path, "\"v3\"", None).await.status, 204);
    send(&api, "manager", Method::DELETE, &path, "\"v3\"", None).await.problem(404, "not_found");
    assert!(other["id"].is_string());
    assert_eq!(told(&api, "team.deleted").await[0]["data"]["team_id"], id.as_str());
    let trail = api.data("owner", "/api/v1/audit").await;
    assert!(trail.iter().any(|line| line["action"] == "DELETE /api/v1/teams/{id}"), "{trail:?}");
});

each_database!(who_has_a_version_already_need_not_have_it_again_and_changes_only_what_they_saw, |database| {
    let api = Api::new(&database).await;
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] No").await;
    let path = format!("/api/v1/conversations/{}", got.conversation_id);
    let seen = api.get("viewer", &path).await;
    let tag = seen.header("etag").to_owned();
    assert_eq!(tag, format!("\"v{}\"", seen.json()["version"]));
    let known = send(&api, "viewer", Method::GET, &path, &tag, None).await;
    assert_eq!((known.status.as_u16(), known.body.len(), known.header("etag")), (304, 0, tag.as_str()));
    assert_eq!(send(&api, "viewer", Method::GET, &path, "\"v0\"", None).await.status, 200);

    let change = json!({ "subject": "Fridge", "priority": "urgent" });
    let patch = |tag: String, body: Value| {
        let (api, path) = (&api, &path);
        async move { send(api, "closer", Method::PATCH, path, &tag, Some(body)).await }
    };
    patch(String::new(), change.clone()).await.problem(428, "precondition_required");
    let changed = patch(tag.clone(), change.clone()).await.good();
    assert_eq!((changed["subject"].as_str(), changed["priority"].as_str()), (Some("Fridge"), Some("urgent")));
    let current = changed["version"].as_i64().unwrap();
    assert_eq!(patch(tag, change).await.problem(412, "version_conflict")["current_version"], current);
    let without = patch(format!("\"v{current}\""), json!({ "subject": null })).await.good();
    assert_eq!((&without["subject"], without["priority"].as_str()), (&Value::Null, Some("urgent")));
    let now = format!("\"v{}\"", without["version"]);
    for wrong in [json!({ "priority": "soon" }), json!({ "team_id": "team_none" }), json!({ "status": "closed" })] {
        patch(now.clone(), wrong).await.problem(422, "invalid");
    }
    patch("v1".to_owned(), json!({})).await.problem(400, "bad_request");
    // Users and webhooks name their version in either way.
    let viewer = user(&api, "viewer").await;
    let theirs = format!("/api/v1/users/{viewer}");
    let tag = api.get("owner", &theirs).await.header("etag").to_owned();
    let name = |name: &str| Some(json!({ "name": name }));
    send(&api, "owner", Method::PATCH, &theirs, "", name("V")).await.problem(428, "precondition_required");
    assert_eq!(send(&api, "owner", Method::PATCH, &theirs, &tag, name("V")).await.good()["name"], "V");
    send(&api, "owner", Method::PATCH, &theirs, &tag, name("W")).await.problem(409, "user_changed");
});

each_database!(notes_are_mended_and_taken_back_by_who_wrote_them, |database| {
    let api = Api::new(&database).await;
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] No").await;
    let at = format!("/api/v1/conversations/{}/notes", got.conversation_id);
    let text = |text: &str| Some(json!({ "body_text": text }));
    let note = api.post("closer", &at, json!({ "body_text": "Zirkel" })).await.good();
    assert_eq!(
        (note["version"].as_i64(), &note["edited_at"], &note["deleted_at"]),
        (Some(1), &Value::Null, &Value::Null)
    );
    let id = note["id"].as_str().unwrap();
    let path = format!("/api/v1/notes/{id}");
    send(&api, "approver", Method::PATCH, &path, "\"v1\"", text("x")).await.problem(403, "forbidden");
    send(&api, "closer", Method::PATCH, &path, "", text("x")).await.problem(428, "precondition_required");
    send(&api, "closer", Method::PATCH, &path, "\"v1\"", text(" ")).await.problem(422, "invalid");
    let mended = send(&api, "closer", Method::PATCH, &path, "\"v1\"", text("Winkel")).await.good();
    assert_eq!((mended["body_text"].as_str(), mended["version"].as_i64()), (Some("Winkel"), Some(2)));
    assert!(mended["edited_at"].is_string());
    let late = send(&api, "manager", Method::PATCH, &path, "\"v1\"", text("y")).await;
    assert_eq!(late.problem(412, "version_conflict")["current_version"], 2);
    // What is searched for follows.
    api.app.engine.index_all().await.unwrap();
    crate::search::indexed(&api, "q=winkel", id).await;
    assert!(api.data("viewer", "/api/v1/search?q=zirkel").await.is_empty());

    send(&api, "closer", Method::DELETE, &path, "\"v1\"", None).await.problem(412, "version_conflict");
    assert_eq!(send(&api, "manager", Method::DELETE, &path, "\"v2\"", None).await.status, 204);
    send(&api, "manager", Method::DELETE, &path, "\"v3\"", None).await.problem(404, "not_found");
    send(&api, "closer", Method::PATCH, &path, "\"v3\"", text("z")).await.problem(404, "not_found");
    let gone = api.get("viewer", &path).await.good();
    assert!(gone["body_text"] == "" && gone["deleted_at"].is_string());
    assert!(api.data("viewer", "/api/v1/search?q=winkel").await.is_empty(), "also before the index has heard of it");
    let line = api.app.timeline(&got).await;
    assert!(line.contains("Rep closer changed a note") && line.contains("Rep manager deleted a note"), "{line}");
    assert_eq!(told(&api, "note.deleted").await[0]["data"]["note_id"], id);
});

each_database!(tags_get_other_names_and_go_from_wherever_they_are, |database| {
    let api = Api::new(&database).await;
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] No").await;
    let tag = api.post("closer", "/api/v1/tags", json!({ "name": "vip" })).await.good();
    api.post("closer", "/api/v1/tags", json!({ "name": "spam" })).await.good();
    let id = tag["id"].as_str().unwrap();
    let at = format!("/api/v1/conversations/{}", got.conversation_id);
    api.call("closer", Method::PUT, &format!("{at}/tags"), Some(json!({ "tag_ids": [id] }))).await.good();
    let path = format!("/api/v1/tags/{id}");
    let name = |name: &str| Some(json!({ "name": name }));
    api.call("closer", Method::PATCH, &path, name("x")).await.problem(403, "forbidden");
    api.call("manager", Method::PATCH, &path, name("spam")).await.problem(409, "name_taken");
    api.call("manager", Method::PATCH, &path, name("a,b")).await.problem(422, "invalid");
    api.call("manager", Method::PATCH, "/api/v1/tags/tag_none", name("x")).await.problem(404, "not_found");
    assert_eq!(api.call("manager", Method::PATCH, &path, name("gold")).await.good()["name"], "gold");
    assert_eq!(api.get("viewer", &at).await.good()["tags"][0]["name"], "gold");
    assert_eq!(api.call("manager", Method::DELETE, &path, None).await.status, 204);
    api.call("manager", Method::DELETE, &path, None).await.problem(404, "not_found");
    assert_eq!(api.get("viewer", &at).await.good()["tags"], json!([]));
    assert_eq!(names(&api.data("viewer", "/api/v1/tags").await, "name"), ["spam"]);
});

each_database!(who_is_at_a_conversation_is_known_to_every_process_and_forgotten_by_itself, |database| {
    let api = Api::new(&database).await;
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] No").await;
    let path = format!("/api/v1/conversations/{}/presence", got.conversation_id);
    let doing = |what: &str| Some(json!({ "doing": what }));
    assert_eq!(api.get("viewer", &path).await.good()["data"], json!([]));
    api.call("viewer", Method::PUT, &path, doing("sleeping")).await.problem(422, "invalid");
    api.call("viewer", Method::PUT, "/api/v1/conversations/cnv_none/presence", doing("viewing"))
        .await
        .problem(404, "not_found");
    api.call("closer", Method::PUT, &path, doing("typing")).await.good();
    let two = api.call("viewer", Method::PUT, &path, doing("viewing")).await.good();
    let who: Vec<(&str, &str)> = two["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["user_name"].as_str().unwrap(), one["doing"].as_str().unwrap()))
        .collect();
    assert_eq!(who, [("Rep closer", "typing"), ("Rep viewer", "viewing")]);
    // Another process on the same store knows it, for nothing of it is in this one.
    if database.kind == remit_tests::Kind::Postgres {
        let other = api.app.again(&database).await;
        let router = remit_api::http::router(remit_api::http::App::new(other.engine.clone(), crate::support::MASTER));
        let other = Api { app: other, router };
        assert_eq!(other.get("owner", &path).await.good()["data"].as_array().unwrap().len(), 2);
    }
    // Saying it again tells nobody anything; doing something else does.
    let count = async || told(&api, "presence.updated").await.len();
    for _ in 0..3 {
        api.call("closer", Method::PUT, &path, doing("typing")).await.good();
    }
    api.call("closer", Method::PUT, &path, doing("editing_draft")).await.good();
    assert_eq!(api.call("viewer", Method::DELETE, &path, None).await.status, 204);
    assert_eq!(api.call("viewer", Method::DELETE, &path, None).await.status, 204);
    for _ in 0..500 {
        if count().await >= 4 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let events = told(&api, "presence.updated").await;
    let doings: Vec<&Value> = events.iter().map(|event| &event["data"]["doing"]).collect();
    assert_eq!(doings, [&json!("typing"), &json!("viewing"), &json!("editing_draft"), &Value::Null]);
    assert_eq!(api.get("viewer", &path).await.good()["data"].as_array().unwrap().len(), 1);
    api.app.clock.advance(std::time::Duration::from_secs(31));
    assert_eq!(api.get("viewer", &path).await.good()["data"], json!([]), "who says nothing more is gone");
});

each_database!(a_person_is_called_and_says_that_it_is_seen_to, |database| {
    let api = Api::new(&database).await;
    let sent = api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] When?").await;
    let asks = api.app.receive(ChannelKind::Chat, "visitor-2", "[complaint 0.90] No").await;
    let at = |id: &str| format!("/api/v1/conversations/{id}/requires-action");
    let path = at(&sent.conversation_id);
    let why = || Some(json!({ "reason": "Look at the price" }));
    api.call("viewer", Method::PUT, &path, why()).await.problem(403, "forbidden");
    api.call("closer", Method::PUT, &path, Some(json!({ "reason": "" }))).await.problem(422, "invalid");
    let flagged = api.call("closer", Method::PUT, &path, why()).await.good();
    assert_eq!(flagged["requires_action"], json!({ "flag": true, "reasons": ["flagged"] }));
    api.call("closer", Method::PUT, &path, why()).await.good();
    let rows = api.data("viewer", "/api/v1/conversations?reason=flagged").await;
    assert_eq!(names(&rows, "id"), [sent.conversation_id.as_str()]);
    let both = api.data("viewer", "/api/v1/conversations?reason=flagged&reason=approval_pending").await;
    assert_eq!(both.len(), 2);
    let line = api.app.timeline(&sent).await;
    assert_eq!(line.matches("Look at the price").count(), 1, "{line}");
    let clear = api.call("closer", Method::DELETE, &path, None).await.good();
    assert_eq!(clear["requires_action"]["flag"], false);
    api.call("closer", Method::DELETE, &path, None).await.good();
    api.call("closer", Method::DELETE, &at(&asks.conversation_id), None).await.problem(409, "approval_pending");
    assert_eq!(api.app.actions(&asks).await, ["approval_pending"]);
});

each_database!(what_waits_is_counted_and_what_was_edited_is_told_word_by_word, |database| {
    let api = Api::new(&database).await;
    assert_eq!(api.get("viewer", "/api/v1/approvals/counts").await.good()["oldest_at"], Value::Null);
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] No").await;
    let counts = api.get("viewer", "/api/v1/approvals/counts").await.good();
    assert_eq!(counts, json!({ "pending": { "count": 1, "capped": false }, "oldest_at": "2026-03-03T10:00:00.000Z" }));
    let draft = api.app.draft(&got).await;
    let path = format!("/api/v1/drafts/{}", draft.id);
    let edit =
        json!({ "draft_version": 1, "content_sha256": draft.content_sha256, "edit": { "body_text": "Another text" } });
    api.post("closer", &format!("{path}/edit"), edit).await.good();
    let diff = api.get("viewer", &format!("{path}/diff")).await.good();
    assert_eq!((diff["from"].as_i64(), diff["to"].as_i64()), (Some(1), Some(2)));
    let of = |left_out: &str| {
        let parts = diff["parts"].as_array().unwrap().iter().filter(|part| part["op"] != left_out);
        parts.map(|part| part["text"].as_str().unwrap()).collect::<String>()
    };
    assert_eq!((of("removed").as_str(), of("added")), ("Another text", draft.body_text));
    let same = api.get("viewer", &format!("{path}/diff?from=2&to=2")).await.good();
    assert_eq!(same["parts"], json!([{ "op": "same", "text": "Another text" }]));
    api.get("viewer", &format!("{path}/diff?to=9")).await.problem(400, "invalid_query");
    api.get("viewer", "/api/v1/drafts/dft_none/diff").await.problem(404, "not_found");
    assert_eq!(api.get("viewer", "/api/v1/channels/chn_chat").await.good()["kind"], "chat");
    api.get("viewer", "/api/v1/channels/chn_none").await.problem(404, "not_found");
});

each_database!(contacts_are_made_and_have_a_timeline_over_all_that_happened, |database| {
    let api = Api::new(&database).await;
    let new = json!({ "name": "Ann", "company": "Acme", "addresses": [
        { "kind": "email", "address": "Ann@Example.ORG" }, { "kind": "phone", "address": "+41 79 123 45 67" } ] });
    api.post("viewer", "/api/v1/contacts", new.clone()).await.problem(403, "forbidden");
    let made = api.post("closer", "/api/v1/contacts", new.clone()).await;
    assert_eq!(made.status, 201);
    let made = made.good();
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(made["addresses"].as_array().unwrap().len(), 2);
    api.post("closer", "/api/v1/contacts", new).await.problem(409, "name_taken");
    assert_eq!(api.data("viewer", "/api/v1/contacts").await.len(), 1, "and nobody was made");
    for wrong in
        [json!([]), json!([{ "kind": "email", "address": "nobody" }]), json!([{ "kind": "fax", "address": "1" }])]
    {
        api.post("closer", "/api/v1/contacts", json!({ "addresses": wrong })).await.problem(422, "invalid");
    }
    // Who writes from an address of theirs is them.
    let mail = api.app.receive(ChannelKind::Email, "ann@example.org", "[complaint 0.90] By mail").await;
    api.app.clock.advance(std::time::Duration::from_secs(1));
    let sms = api.app.receive(ChannelKind::Sms, "+41791234567", "[complaint 0.90] By phone").await;
    assert_eq!((api.app.contact(&mail).await.id, api.app.contact(&sms).await.id), (id.clone(), id.clone()));
    let path = format!("/api/v1/contacts/{id}/timeline");
    let all = api.data("viewer", &path).await;
    let of = |conversation: &str| all.iter().filter(|item| item["conversation_id"] == conversation).count();
    assert!(of(&mail.conversation_id) > 1 && of(&sms.conversation_id) > 1, "{all:?}");
    assert_eq!(of(&mail.conversation_id) + of(&sms.conversation_id), all.len());
    let times = names(&all, "at");
    assert!(times.windows(2).all(|pair| pair[0] >= pair[1]), "{times:?}");
    assert_eq!(api.walk("viewer", &format!("{path}?"), 2).await, names(&all, "id"));
    api.get("viewer", "/api/v1/contacts/con_none/timeline").await.problem(404, "not_found");
    let after = api.data("viewer", "/api/v1/conversations?updated_after=2026-03-03T10:00:00.500Z").await;
    assert_eq!(names(&after, "id"), [sms.conversation_id.as_str()]);
    let account = api.data("viewer", "/api/v1/conversations?channel_id=chn_email&channel=email&channel=sms").await;
    assert_eq!(names(&account, "id"), [mail.conversation_id.as_str()]);
    assert_eq!(api.data("viewer", "/api/v1/conversations?channel=email&channel=sms").await.len(), 2);
    for wrong in ["updated_after=yesterday", "tag=a,b", "channel=fax", "nothing=1"] {
        api.get("viewer", &format!("/api/v1/conversations?{wrong}")).await.problem(400, "invalid_query");
    }
});

each_database!(settings_are_the_owners_and_have_a_version, |database| {
    let api = Api::new(&database).await;
    api.get("approver", "/api/v1/settings").await.problem(403, "forbidden");
    let first = api.get("manager", "/api/v1/settings").await;
    assert_eq!(first.header("etag"), "\"v1\"");
    let first = first.good();
    assert_eq!((first["event_days"].as_i64(), &first["sign_in"]), (Some(7), &Value::Null));
    let patch = |role: &'static str, tag: &'static str, body: Value| {
        let api = &api;
        async move { send(api, role, Method::PATCH, "/api/v1/settings", tag, Some(body)).await }
    };
    patch("manager", "\"v1\"", json!({ "name": "Acme" })).await.problem(403, "forbidden");
    patch("owner", "", json!({ "name": "Acme" })).await.problem(428, "precondition_required");
    let set = patch("owner", "\"v1\"", json!({ "name": "Acme", "event_days": 30 })).await.good();
    assert_eq!(
        (set["name"].as_str(), set["event_days"].as_i64(), set["version"].as_i64()),
        (Some("Acme"), Some(30), Some(2))
    );
    patch("owner", "\"v1\"", json!({ "event_days": 3 })).await.problem(412, "version_conflict");
    let kept = patch("owner", "\"v2\"", json!({ "event_days": 3 })).await.good();
    assert_eq!((kept["name"].as_str(), kept["event_days"].as_i64()), (Some("Acme"), Some(3)));
    for wrong in [json!({ "event_days": 0 }), json!({ "event_days": 91 }), json!({ "name": "" }), json!({ "undo": 5 })]
    {
        patch("owner", "\"v3\"", wrong).await.problem(422, "invalid");
    }
    let roles = api.data("viewer", "/api/v1/roles").await;
    assert_eq!(names(&roles, "role"), ["viewer", "closer", "approver", "manager", "owner"]);
    let may = |place: usize, name: &str| roles[place]["may"].as_array().unwrap().contains(&json!(name));
    assert!(may(2, "approve") && !may(1, "approve") && may(4, "change_settings") && !may(3, "change_settings"));
});
