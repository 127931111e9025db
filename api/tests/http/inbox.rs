//! The inbox of people who share work: filters, counts, assignment, tags, many at once, and why the AI did not respond.

use axum::http::Method;
use remit_engine::decide::why::{Asked, Outcome, why};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::ports::SendError;
use remit_engine::store::filtered::{self, Wanted, Way};
use remit_engine::store::read;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::Api;

const SURE: &str = "[question 0.95] When do you open?";
const UNSURE: &str = "[complaint 0.90] Not good";

/// The id of the user of a role.
async fn user(api: &Api, role: &str) -> String {
    api.get(role, "/api/v1/session").await.good()["user"]["id"].as_str().unwrap().to_owned()
}

async fn put(api: &Api, role: &str, path: &str, body: Value) -> crate::support::Reply {
    api.call(role, Method::PUT, path, Some(body)).await
}

/// Turns pages to the last one and then back to the first, and finds the same on the way.
async fn there_and_back(api: &Api, path: &str) -> Vec<String> {
    let ids = |page: &Value| -> Vec<String> {
        page["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let (mut there, mut page) = (Vec::new(), api.get("viewer", path).await.good());
    assert_eq!(page["prev_cursor"], Value::Null);
    loop {
        there.extend(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else { break };
        page = api.get("viewer", &format!("{path}&cursor={next}")).await.good();
    }
    let mut back = ids(&page);
    while let Some(prev) = page["prev_cursor"].as_str() {
        page = api.get("viewer", &format!("{path}&cursor={prev}")).await.good();
        let mut rows = ids(&page);
        rows.extend(back);
        back = rows;
    }
    assert_eq!(back, there, "{path}");
    there
}

each_database!(every_combination_of_filters_finds_what_it_says, |database| {
    let api = Api::new(&database).await;
    let closer = user(&api, "closer").await;
    let tag = api.post("closer", "/api/v1/tags", json!({ "name": "vip" })).await.good();
    let tag_id = tag["id"].as_str().unwrap();
    let kinds = [ChannelKind::Chat, ChannelKind::Email, ChannelKind::Sms];
    for n in 0..24_usize {
        let text = if n % 2 == 0 { SURE } else { UNSURE };
        let who = if n % 8 == 7 { "regular".to_owned() } else { format!("visitor-{n}") };
        let who = match kinds[n % 3] {
            ChannelKind::Email => format!("{who}@example.org"),
            ChannelKind::Sms => format!("+4179123{n:04}"),
            _ => who,
        };
        let got = api.app.receive(kinds[n % 3], &who, text).await;
        let path = format!("/api/v1/conversations/{}", got.conversation_id);
        if n % 3 == 0 {
            api.post("closer", &format!("{path}/assign"), json!({ "user_id": "me" })).await.good();
        }
        if n % 4 == 1 {
            put(&api, "closer", &format!("{path}/tags"), json!({ "tag_ids": [tag_id] })).await.good();
        }
        if n % 5 == 2 {
            api.post("closer", &format!("{path}/close"), json!({})).await.good();
        }
        if n % 6 == 4 {
            let until = json!({ "until": "2999-01-01T00:00:00Z" });
            api.post("closer", &format!("{path}/snooze"), until).await.good();
        }
        if n % 7 == 3 {
            api.call("viewer", Method::PUT, &format!("{path}/read"), None).await.good();
        }
    }
    let all = api.data("viewer", "/api/v1/conversations?limit=100").await;
    assert!(all.len() > 20, "{}", all.len());
    let contact = all[0]["contact"]["id"].as_str().unwrap().to_owned();
    type Filter<'a> = (String, Box<dyn Fn(&Value) -> bool + 'a>);
    let is = |name: &'static str, value: &'static str| -> Filter<'_> {
        (format!("{name}={value}"), Box::new(move |row: &Value| row[name] == value))
    };
    let filters: Vec<Vec<Filter<'_>>> = vec![
        vec![is("channel", "chat"), is("channel", "email")],
        vec![is("status", "open"), is("status", "closed"), is("status", "snoozed")],
        vec![
            (format!("assignee={closer}"), Box::new(|row: &Value| row["assignee"]["id"] == closer.as_str())),
            ("assignee=none".to_owned(), Box::new(|row: &Value| row["assignee"].is_null())),
        ],
        vec![(
            format!("tag={tag_id}"),
            Box::new(|row: &Value| row["tags"].as_array().unwrap().iter().any(|one| one["id"] == tag_id)),
        )],
        vec![("unread=true".to_owned(), Box::new(|row: &Value| row["unread_count"] != 0))],
        vec![("requires_action=true".to_owned(), Box::new(|row: &Value| row["requires_action"]["flag"] == true))],
        vec![(format!("contact_id={contact}"), Box::new(|row: &Value| row["contact"]["id"] == contact.as_str()))],
    ];
    // Every choice of at most one of each: what the list gives is what looking at all of them gives, in the same order.
    let mut choices: Vec<Vec<&Filter<'_>>> = vec![Vec::new()];
    for group in &filters {
        let more: Vec<Vec<&Filter<'_>>> = choices
            .iter()
            .flat_map(|chosen| group.iter().map(move |filter| chosen.iter().copied().chain([filter]).collect()))
            .collect();
        choices.extend(more);
    }
    assert_eq!(choices.len(), 3 * 4 * 3 * 2 * 2 * 2 * 2);
    let mut found = 0;
    for chosen in choices {
        let query: Vec<&str> = chosen.iter().map(|(query, _)| query.as_str()).collect();
        let path = format!("/api/v1/conversations?{}&limit=100", query.join("&"));
        let ids = |rows: &[Value]| rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let wanted: Vec<Value> = all.iter().filter(|row| chosen.iter().all(|(_, holds)| holds(row))).cloned().collect();
        assert_eq!(ids(&api.data("viewer", &path).await), ids(&wanted), "{path}");
        found += wanted.len();
        if chosen.len() > 2 {
            continue;
        }
        // The same the other way round, counted, and page by page there and back.
        let mut oldest = ids(&api.data("viewer", &format!("{path}&sort=oldest")).await);
        oldest.reverse();
        assert_eq!(oldest, ids(&wanted), "{path}&sort=oldest");
        let counted = path.replace("conversations?", "conversations/counts?").replace("&limit=100", "");
        let counts = api.get("viewer", &counted).await.good();
        let flag = |row: &&Value| row["requires_action"]["flag"] == true;
        let all = &counts["tabs"][0];
        assert_eq!(all["conversations"]["count"], wanted.len(), "{path} {counts}");
        assert_eq!(all["conversations"]["capped"], false, "{path} {counts}");
        assert_eq!(all["requires_action"]["count"], wanted.iter().filter(flag).count(), "{path} {counts}");
        assert_eq!(all["unread"]["count"], wanted.iter().filter(|row| row["unread_count"] != 0).count(), "{path}");
        for (sort, order) in [("newest", ids(&wanted)), ("oldest", ids(&wanted).into_iter().rev().collect())] {
            let path = path.replace("limit=100", &format!("limit=4&sort={sort}"));
            assert_eq!(there_and_back(&api, &path).await, order, "{path}");
        }
    }
    assert!(found > 500, "{found}");
    // Pages go on where they ended, and a cursor is good for its filters only.
    let whole = api.walk("viewer", "/api/v1/conversations?assignee=none&", 100).await;
    assert_eq!(api.walk("viewer", "/api/v1/conversations?assignee=none&", 3).await, whole);
    let cursor = api.get("viewer", "/api/v1/conversations?assignee=none&limit=1").await.good()["next_cursor"].clone();
    let other = format!("/api/v1/conversations?status=open&limit=1&cursor={}", cursor.as_str().unwrap());
    api.get("viewer", &other).await.problem(400, "cursor_mismatch");
    // A walk that ends before the page is full says where to go on, and nothing is left out.
    let viewer = user(&api, "viewer").await;
    let tagged = Wanted { tags: tag_id, ..Wanted::default() };
    let (mut start, mut walked, mut short) = ((i64::MAX, String::new()), Vec::new(), 0);
    let mut reader = api.app.engine.db().read().await.unwrap();
    loop {
        let before = (start.0, start.1.as_str());
        let conn = &mut reader.conn();
        let found = filtered::page(conn, DEFAULT_WORKSPACE, &viewer, &tagged, Way::Down, before, (3, 4)).await.unwrap();
        let last = found.rows.last().map(|row| (row.conversation.last_activity_at, row.conversation.id.clone()));
        walked.extend(found.rows.into_iter().map(|row| row.conversation.id));
        match (found.walked_to, last) {
            (Some(end), _) => {
                short += 1;
                start = end;
            }
            (None, Some(last)) => start = last,
            (None, None) => break,
        }
    }
    let wanted: Vec<String> = api.walk("viewer", &format!("/api/v1/conversations?tag={tag_id}&"), 100).await;
    assert_eq!(walked, wanted);
    assert!(short > 2, "{short}");
    api.get("viewer", "/api/v1/conversations?status=lost").await.problem(400, "invalid_query");
    for nobody in ["assignee=usr_nobody", "tag=tag_nothing", "contact_id=con_nobody", "assignee=' OR 1=1 --"] {
        let path = format!("/api/v1/conversations?{}", nobody.replace(' ', "%20").replace('\'', "%27"));
        assert!(api.data("viewer", &path).await.is_empty(), "{nobody}");
    }
});

each_database!(counts_are_those_of_the_lists, |database| {
    let api = Api::new(&database).await;
    let mut ids = Vec::new();
    for n in 0..5 {
        let text = if n < 2 { UNSURE } else { SURE };
        ids.push(api.app.receive(ChannelKind::Chat, &format!("visitor-{n}"), text).await.conversation_id);
    }
    api.app.receive(ChannelKind::Email, "ann@example.org", UNSURE).await;
    api.call("viewer", Method::PUT, &format!("/api/v1/conversations/{}/read", ids[0]), None).await.good();
    let counts = api.get("viewer", "/api/v1/conversations/counts").await.good();
    let tab =
        |name: &str| counts["tabs"].as_array().unwrap().iter().find(|tab| tab["channel"] == name).unwrap().clone();
    let order: Vec<&str> =
        counts["tabs"].as_array().unwrap().iter().map(|tab| tab["channel"].as_str().unwrap()).collect();
    assert_eq!(order, ["all", "email", "sms", "whatsapp", "chat", "voice"]);
    for (name, query) in [("all", ""), ("email", "channel=email&"), ("chat", "channel=chat&"), ("sms", "channel=sms&")]
    {
        for (field, filter) in
            [("conversations", ""), ("unread", "unread=true&"), ("requires_action", "requires_action=true&")]
        {
            let rows = api.data("viewer", &format!("/api/v1/conversations?{query}{filter}limit=100")).await.len();
            assert_eq!(tab(name)[field], json!({ "count": rows, "capped": false }), "{name} {field}");
        }
    }
    assert_eq!(counts["approvals_pending"]["count"], 3);
    assert_eq!(tab("chat")["unread"]["count"], 4);
    // Somebody else has not read anything.
    let others = api.get("closer", "/api/v1/conversations/counts").await.good();
    assert_eq!(others["tabs"][0]["unread"]["count"], 6);
});

each_database!(conversations_are_given_to_people_and_tagged_one_by_one_and_many_at_once, |database| {
    let api = Api::new(&database).await;
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(api.app.receive(ChannelKind::Chat, &format!("visitor-{n}"), UNSURE).await.conversation_id);
    }
    let path = format!("/api/v1/conversations/{}", ids[0]);
    let approver = user(&api, "approver").await;
    let assign = format!("{path}/assign");
    api.post("viewer", &assign, json!({ "user_id": approver })).await.problem(403, "forbidden");
    let given = api.post("closer", &assign, json!({ "user_id": approver })).await.good();
    assert_eq!(given["assignee"], json!({ "id": approver, "name": "Rep approver" }));
    let again = api.post("closer", &assign, json!({ "user_id": approver })).await.good();
    assert_eq!(again["version"], given["version"], "doing it again changes nothing");
    let timeline = api.data("viewer", &format!("{path}/timeline")).await;
    let line = timeline.iter().find(|line| line["kind"] == "assigned").unwrap();
    assert_eq!(line["summary"], "Rep closer gave the conversation to Rep approver");
    for wrong in [json!({ "user_id": "usr_nobody" }), json!({ "user_id": 7 })] {
        api.post("closer", &assign, wrong).await.problem(422, "invalid");
    }
    assert!(api.post("closer", &assign, json!({ "user_id": null })).await.good()["assignee"].is_null());

    let vip = api.post("closer", "/api/v1/tags", json!({ "name": " VIP " })).await.good();
    assert_eq!(api.post("closer", "/api/v1/tags", json!({ "name": "VIP" })).await.good(), vip);
    api.post("closer", "/api/v1/tags", json!({ "name": "a,b" })).await.problem(422, "invalid");
    let late = api.post("closer", "/api/v1/tags", json!({ "name": "Late" })).await.good();
    let names = api.data("viewer", "/api/v1/tags").await;
    assert_eq!(names, [late.clone(), vip.clone()]);
    let tags = format!("{path}/tags");
    let both = put(&api, "closer", &tags, json!({ "tag_ids": [vip["id"], late["id"]] })).await.good();
    assert_eq!(both["tags"], json!([late, vip]));
    put(&api, "closer", &tags, json!({ "tag_ids": ["tag_nothing"] })).await.problem(422, "invalid");
    assert_eq!(put(&api, "closer", &tags, json!({ "tag_ids": [vip["id"]] })).await.good()["tags"], json!([vip]));
    put(&api, "closer", "/api/v1/conversations/cnv_x/tags", json!({ "tag_ids": [] })).await.problem(404, "not_found");

    let many = |what: Value, ids: Vec<String>| {
        let api = &api;
        async move { api.post("closer", "/api/v1/conversations/bulk", json!({ "ids": ids, "what": what })).await }
    };
    let with_one_wrong = vec![ids[0].clone(), "cnv_unknown".to_owned(), ids[1].clone(), ids[0].clone()];
    let results = many(json!({ "action": "tag", "tag_id": late["id"] }), with_one_wrong.clone()).await.good();
    let results = results["data"].as_array().unwrap().clone();
    let short: Vec<(bool, Value)> =
        results.iter().map(|one| (one["done"].as_bool().unwrap(), one["code"].clone())).collect();
    assert_eq!(short, [(true, Value::Null), (false, json!("not_found")), (true, Value::Null)]);
    let tagged = format!("/api/v1/conversations?tag={}", late["id"].as_str().unwrap());
    assert_eq!(api.data("viewer", &tagged).await.len(), 2);
    many(json!({ "action": "untag", "tag_id": late["id"] }), ids.clone()).await.good();
    assert!(api.data("viewer", &tagged).await.is_empty());
    many(json!({ "action": "assign", "user_id": "me" }), ids.clone()).await.good();
    assert_eq!(api.data("closer", "/api/v1/conversations?assignee=me").await.len(), 3);
    many(json!({ "action": "read" }), ids.clone()).await.good();
    assert!(api.data("closer", "/api/v1/conversations?unread=true").await.is_empty());
    many(json!({ "action": "unread" }), ids.clone()).await.good();
    assert_eq!(api.data("closer", "/api/v1/conversations?unread=true").await.len(), 3);
    many(json!({ "action": "close" }), ids.clone()).await.good();
    assert_eq!(api.data("closer", "/api/v1/conversations?status=closed").await.len(), 3);
    many(json!({ "action": "reopen" }), ids.clone()).await.good();
    assert_eq!(api.data("closer", "/api/v1/conversations?status=open").await.len(), 3);
    many(json!({ "action": "snooze", "until": "2999-01-01T00:00:00Z" }), ids.clone()).await.good();
    assert_eq!(api.data("closer", "/api/v1/conversations?status=snoozed").await.len(), 3);
    many(json!({ "action": "snooze", "until": "2000-01-01T00:00:00Z" }), ids.clone()).await.problem(422, "invalid");
    many(json!({ "action": "close" }), Vec::new()).await.problem(422, "invalid");
    many(json!({ "action": "close" }), vec!["x".to_owned(); 101]).await.problem(422, "invalid");
    many(json!({ "action": "send" }), ids.clone()).await.problem(422, "invalid");
    many(json!({ "action": "tag", "tag_id": "tag_nothing" }), ids).await.problem(422, "invalid");
    assert!(api.app.sent().is_empty());
});

each_database!(the_inbox_is_filtered_by_what_it_is_about_and_what_the_ai_does, |database| {
    let api = Api::new(&database).await;
    let mut all = Vec::new();
    for (n, text) in [SURE, UNSURE, SURE, UNSURE].into_iter().enumerate() {
        all.push(api.app.receive(ChannelKind::Chat, &format!("visitor-{n}"), text).await);
    }
    let paused = format!("/api/v1/contacts/{}/ai/pause", api.app.contact(&all[2]).await.id);
    let until = json!({ "reason": "In talks", "until": "2026-03-03T11:00:00Z" });
    api.post("closer", &paused, until).await.good();
    api.post("closer", &format!("/api/v1/conversations/{}/take-over", all[3].conversation_id), json!({})).await.good();
    let found = |query: &'static str| {
        let api = &api;
        async move {
            let rows = api.data("viewer", &format!("/api/v1/conversations?{query}")).await;
            rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<std::collections::BTreeSet<_>>()
        }
    };
    let of = |wanted: &[usize]| wanted.iter().map(|n| all[*n].conversation_id.clone()).collect();
    // Each row says itself what its filter finds it by.
    for (n, (state, author)) in
        [("idle", "ai_agent"), ("held", "contact"), ("paused", "ai_agent"), ("off", "contact")].into_iter().enumerate()
    {
        let row = api.get("viewer", &format!("/api/v1/conversations/{}", all[n].conversation_id)).await.good();
        assert_eq!((row["ai_state"].as_str(), row["last_author"].as_str()), (Some(state), Some(author)), "{n}");
    }
    for (query, wanted) in [
        ("ai_state=idle", &[0][..]),
        ("ai_state=held", &[1]),
        ("ai_state=paused", &[2]),
        ("ai_state=off", &[3]),
        ("ai_state=handling", &[]),
        ("ai_state=held&ai_state=off", &[1, 3]),
        ("intent=question", &[0, 2]),
        ("intent=complaint&ai_state=held", &[1]),
        ("intent=question&intent=complaint", &[0, 1, 2, 3]),
        ("intent=nothing", &[]),
    ] {
        let wanted: std::collections::BTreeSet<String> = of(wanted);
        assert_eq!(found(query).await, wanted, "{query}");
        let counts = api.get("viewer", &format!("/api/v1/conversations/counts?{query}")).await.good();
        assert_eq!(counts["tabs"][0]["conversations"]["count"], wanted.len(), "{query}");
        let chat = counts["tabs"].as_array().unwrap().iter().find(|tab| tab["channel"] == "chat").unwrap();
        assert_eq!(chat["conversations"]["count"], wanted.len(), "{query}");
    }
    // A pause that has run out is none.
    api.app.clock.advance(std::time::Duration::from_secs(2 * 3600));
    assert!(found("ai_state=paused").await.is_empty());
    for wrong in ["ai_state=asleep", "intent=a,b", "sort=loudest"] {
        api.get("viewer", &format!("/api/v1/conversations?{wrong}")).await.problem(400, "invalid_query");
    }
});

each_database!(every_reason_why_the_ai_did_not_respond_is_told, |database| {
    let api = Api::new(&database).await;
    let status = |conversation: &str| {
        let (api, path) = (&api, format!("/api/v1/conversations/{conversation}/ai-status"));
        async move { api.get("viewer", &path).await.good() }
    };
    let mut seen: Vec<String> = Vec::new();
    let mut check = |status: &Value, outcome: &str, primary: &str, failing: Option<&str>| {
        assert_eq!(
            (status["outcome"].as_str(), status["primary"].as_str()),
            (Some(outcome), Some(primary)),
            "{status:#}"
        );
        let checks = status["checks"].as_array().unwrap();
        let fails: Vec<&str> =
            checks.iter().filter(|one| one["status"] == "fail").map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(fails, failing.into_iter().collect::<Vec<_>>(), "{status:#}");
        seen.push(outcome.to_owned());
    };

    let answered = api.app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    check(&status(&answered.conversation_id).await, "responded", "responded", None);

    let asked = api.app.receive(ChannelKind::Chat, "visitor-2", UNSURE).await;
    let held = status(&asked.conversation_id).await;
    check(&held, "held", "approval_pending", Some("policy_decision"));
    let rule = &held["rule"];
    assert!(rule["line"].as_u64().is_some_and(|line| line > 1) && rule["file"].is_string(), "{rule}");
    let place = format!("({}:{}:{})", rule["file"].as_str().unwrap(), rule["line"], rule["column"]);
    assert!(held["summary"].as_str().unwrap().contains(&place), "{held:#}");
    let decide = held["remedies"][0]["path"].as_str().unwrap();
    assert_eq!(api.get("viewer", decide).await.good()["approval"]["state"], "pending");
    // Each remedy is an operation that is there.
    let explain = held["remedies"].as_array().unwrap().last().unwrap()["path"].as_str().unwrap();
    api.get("viewer", explain).await.good();

    let doubted = api.app.receive(ChannelKind::Chat, "visitor-3", "[question 0.30] Hm?").await;
    check(&status(&doubted.conversation_id).await, "blocked", "escalated", Some("policy_decision"));

    let rejected = api.app.receive(ChannelKind::Chat, "visitor-4", UNSURE).await;
    let approval = api.app.approval(&rejected).await.id;
    let no = json!({ "reason": "wrong tone" });
    api.post("approver", &format!("/api/v1/approvals/{approval}/reject"), no).await.good();
    check(&status(&rejected.conversation_id).await, "blocked", "rejected", Some("policy_decision"));

    let first = api.app.receive(ChannelKind::Chat, "visitor-5", UNSURE).await;
    let contact = api.app.conversation(&first).await.contact_id;
    let reason = json!({ "reason": "on the phone with them" });
    api.post("closer", &format!("/api/v1/contacts/{contact}/ai/pause"), reason).await.good();
    let second = api.app.receive(ChannelKind::Chat, "visitor-5", SURE).await;
    let paused = status(&second.conversation_id).await;
    check(&paused, "paused", "ai_paused", Some("contact_ai_paused"));
    assert!(paused["checks"].to_string().contains("on the phone with them"));
    assert!(paused["remedies"].to_string().contains("/ai/resume"));
    // The message before: what came of it is told when it is asked about.
    let path = format!("/api/v1/conversations/{}/ai-status?message_id=", first.conversation_id);
    let before = api.get("viewer", &format!("{path}{}", first.message_id)).await.good();
    assert_eq!(before["outcome"], "paused");

    let taken = api.app.receive(ChannelKind::Chat, "visitor-6", UNSURE).await;
    api.post("closer", &format!("/api/v1/conversations/{}/take-over", taken.conversation_id), json!({})).await.good();
    check(&status(&taken.conversation_id).await, "paused", "human_took_over", Some("human_took_over"));

    let old = api.app.receive(ChannelKind::Chat, "visitor-7", UNSURE).await;
    let new = api.app.receive(ChannelKind::Chat, "visitor-7", UNSURE).await;
    assert_eq!(old.conversation_id, new.conversation_id);
    let path = format!("/api/v1/conversations/{}/ai-status?message_id={}", old.conversation_id, old.message_id);
    check(&api.get("viewer", &path).await.good(), "not_applicable", "superseded", Some("message"));

    api.app.outbound.recorder.fail_with(vec![SendError::Refused("no such visitor".to_owned())]);
    let failed = api.app.receive(ChannelKind::Chat, "visitor-8", SURE).await;
    let told = status(&failed.conversation_id).await;
    check(&told, "failed", "failed", Some("delivery"));
    assert!(told["summary"].as_str().unwrap().contains("no such visitor"));

    api.app.drafting.shut();
    let begun = api.app.store(ChannelKind::Chat, "visitor-9", SURE).await;
    api.app.drafting.crowd(1).await;
    check(&status(&begun.conversation_id).await, "in_progress", "working", Some("delivery"));
    api.app.drafting.open();
    api.app.settle().await;
    check(&status(&begun.conversation_id).await, "responded", "responded", None);

    api.post("closer", "/api/v1/kill-switch/engage", json!({ "reason": "wrong prices" })).await.good();
    let stopped = api.app.receive(ChannelKind::Chat, "visitor-10", SURE).await;
    let told = status(&stopped.conversation_id).await;
    check(&told, "blocked", "kill_switch", Some("kill_switch"));
    assert!(told["remedies"].to_string().contains("kill-switch/release"));

    // What cannot be: a message that nobody ever began with.
    let mut reader = api.app.engine.db().read().await.unwrap();
    let conn = &mut reader.conn();
    let message = read::message(conn, DEFAULT_WORKSPACE, &answered.message_id).await.unwrap();
    let conversation = api.app.conversation(&answered).await;
    let (contact, channel) = (api.app.contact(&answered).await, api.app.channel(ChannelKind::Chat).await);
    let unknown = why(&Asked {
        conversation: &conversation,
        contact: &contact,
        channel: &channel,
        message: message.as_ref(),
        run: None,
        decision: None,
        approval: None,
        failure: None,
        in_doubt: false,
        kill_switch: false,
        has_policy: true,
        agent: Some("ada"),
        now_ms: 0,
    });
    assert_eq!((unknown.outcome, unknown.primary), (Outcome::Unknown, "no_run"));
    seen.push(unknown.outcome.as_str().to_owned());
    for outcome in Outcome::ALL {
        assert!(seen.iter().any(|one| one == outcome.as_str()), "no message came to {outcome:?}");
    }
    // Another conversation's message is not there.
    let path = format!("/api/v1/conversations/{}/ai-status?message_id=", answered.conversation_id);
    api.get("viewer", &format!("{path}{}", asked.message_id)).await.problem(404, "not_found");
    api.get("viewer", &format!("{path}msg_nothing")).await.problem(404, "not_found");
});
