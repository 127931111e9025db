//! Drafts, approvals and decisions of all conversations: filtered, page by page, and many answered at once.

use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::store::found::{self, WantedApprovals, WantedDecisions, WantedDrafts};
use remit_engine::store::urgent::{self, Urgency};
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::Api;

const SURE: &str = "[question 0.95] When do you open?";
const UNSURE: &str = "[complaint 0.90] Not good";
const OTHER: &str = "[other 0.90] Something";

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// Twelve messages by two channels: a third is answered, two thirds wait for a person.
async fn filled(api: &Api) -> Vec<remit_engine::store::Ingested> {
    let mut all = Vec::new();
    for n in 0..12 {
        let text = [SURE, UNSURE, OTHER][n % 3];
        let (kind, who) = if n % 2 == 0 {
            (ChannelKind::Chat, format!("visitor-{n}"))
        } else {
            (ChannelKind::Email, format!("visitor-{n}@example.org"))
        };
        all.push(api.app.receive(kind, &who, text).await);
        api.app.clock.advance(std::time::Duration::from_secs(1));
    }
    all
}

each_database!(decisions_and_approvals_and_drafts_are_found_by_what_they_are_about, |database| {
    let api = Api::new(&database).await;
    let all = filled(&api).await;
    let rows = api.data("viewer", "/api/v1/decisions?limit=100").await;
    assert!(rows.len() >= 12, "{}", rows.len());
    let of = |n: usize| all[n].conversation_id.clone();
    let messages = |wanted: &dyn Fn(usize) -> bool| -> Vec<String> {
        (0..12).filter(|n| wanted(*n)).map(|n| all[n].message_id.clone()).collect()
    };
    let kept = |rows: &[Value], wanted: &[String]| -> Vec<String> {
        rows.iter()
            .filter(|row| wanted.contains(&row["message_id"].as_str().unwrap().to_owned()))
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    };
    // Each line says itself what its message came by and is about.
    let first = rows.iter().find(|row| row["message_id"] == all[1].message_id.as_str()).unwrap();
    assert_eq!((first["channel"].as_str(), first["intent"]["label"].as_str()), (Some("email"), Some("complaint")));
    assert!(first["intent"]["confidence"].as_f64().is_some_and(|sure| sure > 0.0));
    for (query, wanted) in [
        ("intent=complaint", messages(&|n| n % 3 == 1)),
        ("intent=complaint&intent=other", messages(&|n| n % 3 != 0)),
        ("channel=email", messages(&|n| n % 2 == 1)),
        ("channel=email&intent=question", messages(&|n| n % 2 == 1 && n % 3 == 0)),
        ("mode=controlled", messages(&|_| true)),
        ("mode=assisted", Vec::new()),
        ("rule=nothing", Vec::new()),
        (&*format!("conversation_id={}", of(4)), messages(&|n| n == 4)),
        (&*format!("conversation_id={}&intent=question", of(4)), Vec::new()),
    ] {
        let found = api.data("viewer", &format!("/api/v1/decisions?{query}&limit=100")).await;
        assert_eq!(ids(&found), kept(&rows, &wanted), "{query}");
        assert_eq!(api.walk("viewer", &format!("/api/v1/decisions?{query}&"), 3).await, ids(&found), "{query}");
    }
    for (field, query) in
        [("outcome", "outcome"), ("gate", "gate"), ("rule", "rule"), ("policy_digest", "policy_digest")]
    {
        let value = rows[0][field].as_str().unwrap();
        let path = format!("/api/v1/decisions?{query}={}&limit=100", value.replace(' ', "%20"));
        let wanted: Vec<Value> = rows.iter().filter(|row| row[field] == value).cloned().collect();
        assert_eq!(ids(&api.data("viewer", &path).await), ids(&wanted), "{path}");
    }
    let middle = rows[rows.len() / 2]["decided_at"].as_str().unwrap();
    let since = api.data("viewer", &format!("/api/v1/decisions?since={middle}&limit=100")).await;
    let until = api.data("viewer", &format!("/api/v1/decisions?until={middle}&limit=100")).await;
    assert!(!since.is_empty() && !until.is_empty());
    assert_eq!([ids(&since), ids(&until)].concat(), ids(&rows), "each is in one of them");
    assert_eq!(api.walk("viewer", &format!("/api/v1/decisions?since={middle}&"), 2).await, ids(&since));

    let asked = api.data("viewer", "/api/v1/approvals?limit=100").await;
    assert_eq!(asked.len(), 8);
    let in_conversations = |wanted: &dyn Fn(usize) -> bool| -> Vec<String> {
        let wanted: Vec<String> = (0..12).filter(|n| wanted(*n)).map(of).collect();
        let of_row = |row: &&Value| wanted.contains(&row["conversation_id"].as_str().unwrap().to_owned());
        asked.iter().filter(of_row).map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let claim = format!("/api/v1/approvals/{}/claim", asked[2]["id"].as_str().unwrap());
    api.post("approver", &claim, json!({ "minutes": 10 })).await.good();
    let third = asked[2]["id"].as_str().unwrap().to_owned();
    for (query, wanted) in [
        ("intent=complaint", in_conversations(&|n| n % 3 == 1)),
        ("channel=chat&intent=other", in_conversations(&|n| n % 2 == 0 && n % 3 == 2)),
        ("mode=controlled", in_conversations(&|_| true)),
        ("mode=full", Vec::new()),
        ("team=inbox", in_conversations(&|_| true)),
        ("team=sales", Vec::new()),
        ("assignee=me", vec![third.clone()]),
        ("assignee=none", ids(&asked).into_iter().filter(|id| *id != third).collect()),
        ("assignee=none&assignee=me", ids(&asked)),
        ("state=approved", Vec::new()),
        (&*format!("conversation_id={}", of(1)), in_conversations(&|n| n == 1)),
        (&*format!("conversation_id={}&intent=other", of(1)), Vec::new()),
        (&*format!("since={}", asked[5]["created_at"].as_str().unwrap()), ids(&asked[5..])),
    ] {
        let found = api.data("approver", &format!("/api/v1/approvals?{query}&limit=100")).await;
        assert_eq!(ids(&found), wanted, "{query}");
        assert_eq!(api.walk("approver", &format!("/api/v1/approvals?{query}&"), 3).await, wanted, "{query}");
    }
    // A claim that has run out is nobody's.
    api.app.clock.advance(std::time::Duration::from_secs(11 * 60));
    assert_eq!(api.data("approver", "/api/v1/approvals?assignee=me").await.len(), 0);
    assert_eq!(api.data("approver", "/api/v1/approvals?assignee=none").await.len(), 8);

    let drafts = api.data("viewer", "/api/v1/drafts?limit=100").await;
    assert_eq!(drafts.len(), 12);
    let mut newest = ids(&drafts);
    newest.sort();
    newest.reverse();
    assert_eq!(ids(&drafts), newest, "latest first");
    assert_eq!(api.walk("viewer", "/api/v1/drafts?", 5).await, newest);
    let reply = format!("/api/v1/conversations/{}/replies", of(1));
    api.post("closer", &reply, json!({ "body_text": "By hand" })).await.good();
    api.app.settle().await;
    for (role, query, count) in [
        ("viewer", "status=pending_approval", 7),
        ("viewer", "status=sent", 5),
        ("viewer", "status=sent&author_kind=rep", 1),
        ("viewer", "author_kind=ai_agent", 12),
        ("closer", "mine=true", 1),
        ("viewer", "mine=true", 0),
        ("viewer", "since=2999-01-01T00:00:00Z", 0),
        ("viewer", &*format!("conversation_id={}", of(1)), 2),
        ("viewer", &*format!("conversation_id={}&author_kind=rep", of(1)), 1),
    ] {
        let path = format!("/api/v1/drafts?{query}&limit=100");
        assert_eq!(api.data(role, &path).await.len(), count, "{query}");
    }
    for wrong in [
        "/api/v1/drafts?status=lost",
        "/api/v1/drafts?since=today",
        "/api/v1/decisions?until=today",
        "/api/v1/decisions?intent=a,b",
        "/api/v1/approvals?mode=free",
        "/api/v1/approvals?channel=fax",
    ] {
        api.get("viewer", wrong).await.problem(400, "invalid_query");
    }
    for path in ["drafts", "decisions", "approvals"] {
        assert!(api.data("viewer", &format!("/api/v1/{path}?conversation_id=cnv_none")).await.is_empty());
        let cursor = api.get("viewer", &format!("/api/v1/{path}?limit=1")).await.good()["next_cursor"].clone();
        let other = format!("/api/v1/{path}?limit=1&since=2020-01-01T00:00:00Z&cursor={}", cursor.as_str().unwrap());
        api.get("viewer", &other).await.problem(400, "cursor_mismatch");
    }
});

each_database!(a_walk_that_ends_before_its_page_is_full_goes_on_where_it_ended, |database| {
    let api = Api::new(&database).await;
    filled(&api).await;
    let mut reader = api.app.engine.db().read().await.unwrap();
    let conn = &mut reader.conn();
    let wanted = WantedDecisions { intents: "complaint", ..WantedDecisions::default() };
    let (mut at, mut got) = ((i64::MAX, String::new()), Vec::new());
    loop {
        let page = found::decisions(conn, DEFAULT_WORKSPACE, &wanted, (at.0, &at.1), 50, 4).await.unwrap();
        got.extend(page.rows.into_iter().map(|row| row.id));
        let Some(end) = page.walked_to else { break };
        at = end;
    }
    assert_eq!(got, ids(&api.data("viewer", "/api/v1/decisions?intent=complaint&limit=100").await));
    let wanted = WantedApprovals { state: "pending", intents: "other", ..WantedApprovals::default() };
    let (mut at, mut got) = ((i64::MIN, String::new()), Vec::new());
    loop {
        let page = found::approvals(conn, DEFAULT_WORKSPACE, &wanted, (at.0, &at.1), 0, 50, 3).await.unwrap();
        got.extend(page.rows.into_iter().map(|row| row.id));
        let Some(end) = page.walked_to else { break };
        at = end;
    }
    assert_eq!(got, ids(&api.data("viewer", "/api/v1/approvals?intent=other&limit=100").await));
    let wanted = WantedDrafts { statuses: "sent", ..WantedDrafts::default() };
    let (mut before, mut got) = ("e".to_owned(), Vec::new());
    loop {
        let page = found::drafts(conn, DEFAULT_WORKSPACE, &wanted, &before, 50, 5).await.unwrap();
        got.extend(page.rows.into_iter().map(|row| row.id));
        let Some(end) = page.walked_to else { break };
        before = end.1;
    }
    assert_eq!(got, ids(&api.data("viewer", "/api/v1/drafts?status=sent&limit=100").await));
    assert_eq!(got.len(), 4);
});

each_database!(many_approvals_are_answered_each_by_itself, |database| {
    let api = Api::new(&database).await;
    filled(&api).await;
    let asked = api.data("approver", "/api/v1/approvals?limit=100").await;
    let mut items = Vec::new();
    for row in &asked {
        let detail = api.get("approver", &format!("/api/v1/approvals/{}", row["id"].as_str().unwrap())).await.good();
        let draft = &detail["draft"];
        items.push(
            json!({ "id": row["id"], "draft_version": draft["version"], "content_sha256": draft["content_sha256"] }),
        );
    }
    let path = "/api/v1/approvals/bulk";
    let approve = |items: &[Value]| json!({ "items": items, "what": { "action": "approve" } });
    api.post("closer", path, approve(&items[..1])).await.problem(403, "forbidden");
    api.post("approver", path, approve(&[])).await.problem(422, "invalid");
    let many: Vec<Value> =
        (0..51).map(|n| json!({ "id": format!("apr_{n}"), "draft_version": 1, "content_sha256": "" })).collect();
    api.post("approver", path, approve(&many)).await.problem(422, "invalid");
    api.send("approver", axum::http::Method::POST, path, ("", ""), Some(approve(&items[..1])))
        .await
        .problem(400, "idempotency_key_missing");
    // One is in other hands, one was mended, one is answered, one is not there: those beside them are taken.
    let of = |n: usize| asked[n]["id"].as_str().unwrap().to_owned();
    api.post("manager", &format!("/api/v1/approvals/{}/claim", of(1)), json!({ "minutes": 10 })).await.good();
    let edit =
        json!({ "draft_version": 1, "content_sha256": items[2]["content_sha256"], "edit": { "body_text": "Mended" } });
    let draft = asked[2]["draft_id"].as_str().unwrap();
    api.post("approver", &format!("/api/v1/drafts/{draft}/edit"), edit).await.good();
    api.post("approver", &format!("/api/v1/approvals/{}/reject", of(3)), json!({ "reason": "no" })).await.good();
    let before = api.app.sent().len();
    let mut wanted = items[..5].to_vec();
    wanted.push(json!({ "id": "apr_none", "draft_version": 1, "content_sha256": "" }));
    wanted.push(items[0].clone());
    let results = api.post("approver", path, approve(&wanted)).await.good();
    let told: Vec<(&str, bool, Option<&str>, Option<&str>)> = results["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["id"].as_str().unwrap(), row["done"] == true, row["code"].as_str(), row["state"].as_str()))
        .collect();
    let (a, b, c, d, e) = (of(0), of(1), of(2), of(3), of(4));
    assert_eq!(
        told,
        [
            (a.as_str(), true, None, Some("approved")),
            (b.as_str(), false, Some("claimed"), Some("pending")),
            (c.as_str(), false, Some("draft_changed"), Some("pending")),
            (d.as_str(), false, Some("already_decided"), Some("rejected")),
            (e.as_str(), true, None, Some("approved")),
            ("apr_none", false, Some("not_found"), None),
        ]
    );
    api.app.settle().await;
    assert_eq!(api.app.sent().len(), before + 2);
    // A no is about the text that was seen as well.
    let reject = json!({ "items": [items[2], items[5]], "what": { "action": "reject", "reason": "Not now" } });
    let results = api.post("approver", path, reject).await.good();
    assert_eq!(
        (&results["data"][0]["code"], &results["data"][1]["state"]),
        (&json!("draft_changed"), &json!("rejected")),
        "{results}"
    );
    let blank = json!({ "items": [items[6]], "what": { "action": "reject", "reason": " " } });
    assert_eq!(api.post("approver", path, blank).await.pointers()[0].0, "/what/reason");
    api.app.settle().await;
    assert_eq!(api.app.sent().len(), before + 2);
    // Each answer that was taken has its line in the trail.
    let trail = api.data("owner", "/api/v1/audit?limit=100").await;
    let lines: Vec<&str> = trail
        .iter()
        .filter(|row| row["action"] == "POST /api/v1/approvals/bulk")
        .map(|row| row["subject"].as_str().unwrap())
        .collect();
    assert_eq!(lines.len(), 3, "{trail:?}");
    assert!(lines.contains(&&*format!("/api/v1/approvals/{a}")), "{lines:?}");
});

each_database!(what_waits_is_listed_by_risk_and_by_when_it_is_over, |database| {
    let api = Api::new(&database).await;
    let policy = |hours: u32| {
        let policy = crate::support::POLICY.replace("expire after 24h", &format!("expire after {hours}h"));
        format!("{policy}risk {{ medium when intent is complaint  high when message detects rush }}\n")
            .replace("guard legal", "detector rush on message { words \"rush\" }\nguard legal")
    };
    let mut asked = Vec::new();
    for (n, (hours, text)) in
        [(24, OTHER), (24, UNSURE), (6, "[other 0.90] A rush"), (12, UNSURE), (48, OTHER), (3, OTHER)]
            .into_iter()
            .enumerate()
    {
        api.app.change_policy(&policy(hours)).await;
        let message = api.app.receive(ChannelKind::Chat, &format!("visitor-{n}"), text).await;
        asked.push(api.app.approval(&message).await.id);
        api.app.clock.advance(std::time::Duration::from_secs(1));
    }
    let order = |places: &[usize]| -> Vec<String> { places.iter().map(|at| asked[*at].clone()).collect() };
    for (query, wanted) in [
        ("sort=oldest", order(&[0, 1, 2, 3, 4, 5])),
        ("sort=risk", order(&[2, 1, 3, 0, 4, 5])),
        ("sort=risk&intent=other", order(&[2, 0, 4, 5])),
        ("sort=expires", order(&[5, 2, 3, 0, 1, 4])),
        ("sort=expires&intent=complaint&channel=chat", order(&[3, 1])),
        ("sort=expires&team=sales", Vec::new()),
    ] {
        let found = api.data("viewer", &format!("/api/v1/approvals?{query}&limit=100")).await;
        assert_eq!(ids(&found), wanted, "{query}");
        for limit in [1, 2] {
            assert_eq!(api.walk("viewer", &format!("/api/v1/approvals?{query}&"), limit).await, wanted, "{query}");
        }
    }
    let rows = api.data("viewer", "/api/v1/approvals?sort=risk").await;
    assert_eq!(
        (&rows[0]["tier"], &rows[1]["tier"], &rows[5]["tier"]),
        (&json!("high"), &json!("medium"), &json!("low"))
    );
    api.get("viewer", "/api/v1/approvals?sort=risk&state=approved").await.problem(400, "invalid_query");
    api.get("viewer", "/api/v1/approvals?sort=luck").await.problem(400, "invalid_query");
    let first = api.get("viewer", "/api/v1/approvals?sort=risk&limit=1").await.good();
    let path = format!("/api/v1/approvals?sort=expires&cursor={}", first["next_cursor"].as_str().unwrap());
    api.get("viewer", &path).await.problem(400, "cursor_mismatch");
    // A walk that is cut short goes on where it ended.
    let mut reader = api.app.engine.db().read().await.unwrap();
    let wanted = WantedApprovals { intents: "complaint", ..WantedApprovals::default() };
    let (mut at, mut found) = ((i64::MIN, String::new()), Vec::new());
    loop {
        let from = (at.0, at.1.as_str());
        let what = (Urgency::Expiry, &wanted);
        let conn = &mut reader.conn();
        let page = urgent::approvals(conn, DEFAULT_WORKSPACE, what, from, (None, 0), (10, 2)).await.unwrap();
        found.extend(page.rows.into_iter().map(|row| row.id));
        let Some(next) = page.walked_to else { break };
        at = next;
    }
    assert_eq!(found, order(&[3, 1]));
});

/// Whether a row is one of those that are asked for.
type Wanted<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

each_database!(timelines_messages_and_the_trail_are_narrowed, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    let path = format!("/api/v1/conversations/{}", message.conversation_id);
    for n in 0..5 {
        api.app.clock.advance(std::time::Duration::from_secs(1));
        api.post("closer", &format!("{path}/notes"), json!({ "body_text": format!("Note {n}") })).await.good();
        api.app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    }
    let contact = api.app.contact(&message).await.id;
    for timeline in [format!("{path}/timeline"), format!("/api/v1/contacts/{contact}/timeline")] {
        let all = api.data("viewer", &format!("{timeline}?limit=100")).await;
        for kinds in [&["note"][..], &["note", "decided"], &["nothing"]] {
            let query = kinds.iter().map(|kind| format!("kind={kind}&")).collect::<String>();
            let of = |row: &&Value| kinds.contains(&row["kind"].as_str().unwrap());
            let wanted: Vec<String> = all.iter().filter(of).map(|row| row["id"].as_str().unwrap().to_owned()).collect();
            assert_eq!(wanted.is_empty(), kinds == ["nothing"]);
            assert_eq!(api.walk("viewer", &format!("{timeline}?{query}"), 2).await, wanted, "{timeline} {query}");
        }
        api.get("viewer", &format!("{timeline}?sort=kind")).await.problem(400, "invalid_query");
    }
    let messages = api.data("viewer", &format!("{path}/messages?limit=100")).await;
    for direction in ["inbound", "outbound"] {
        let of = |row: &&Value| row["direction"] == direction;
        let wanted: Vec<String> =
            messages.iter().filter(of).map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        assert!(!wanted.is_empty());
        assert_eq!(api.walk("viewer", &format!("{path}/messages?direction={direction}&"), 2).await, wanted);
    }
    api.get("viewer", &format!("{path}/messages?direction=sideways")).await.problem(400, "invalid_query");
    // A walk that is cut short goes on where it ended.
    let mut reader = api.app.engine.db().read().await.unwrap();
    let (mut before, mut found) = (i64::MAX, 0);
    loop {
        let conn = &mut reader.conn();
        let of = (DEFAULT_WORKSPACE, message.conversation_id.as_str());
        let page = found::messages(conn, of, "outbound", before, 10, 2).await.unwrap();
        found += page.rows.len();
        let Some((next, _)) = page.walked_to else { break };
        before = next;
    }
    assert_eq!(found, messages.iter().filter(|row| row["direction"] == "outbound").count());

    // What is in the trail: by whom, what, to what, when.
    let reason = json!({ "reason": "x" });
    api.post("closer", "/api/v1/kill-switch/engage", reason.clone()).await.good();
    api.app.clock.advance(std::time::Duration::from_secs(60));
    api.post("manager", "/api/v1/kill-switch/release", reason).await.good();
    let dnc = format!("/api/v1/contacts/{contact}/do-not-contact");
    api.call("closer", axum::http::Method::PUT, &dnc, Some(json!({ "on": true }))).await;
    api.app.clock.advance(std::time::Duration::from_secs(60));
    api.post("manager", "/api/v1/teams", json!({ "name": "new" })).await.good();
    let trail = api.data("manager", "/api/v1/audit?limit=100").await;
    assert!(trail.len() >= 3, "{trail:?}");
    let at = trail[1]["at"].as_str().unwrap();
    let engage = "POST%20/api/v1/kill-switch/engage";
    let queries: [(&str, Wanted<'_>); 6] = [
        (&format!("action={engage}"), Box::new(|row| row["action"] == "POST /api/v1/kill-switch/engage")),
        ("action=/api/v1/teams", Box::new(|row| row["action"] == "POST /api/v1/teams")),
        (
            &format!("action=/api/v1/teams&action={engage}"),
            Box::new(|row| row["action"] != "POST /api/v1/kill-switch/release" && row["subject"] != dnc.as_str()),
        ),
        (&format!("subject={contact}"), Box::new(|row| row["subject"].as_str().unwrap().contains(&contact))),
        (&format!("since={at}"), Box::new(|row| row["at"].as_str().unwrap() >= at)),
        (&format!("until={at}"), Box::new(|row| row["at"].as_str().unwrap() < at)),
    ];
    for (query, wanted) in queries {
        let wanted: Vec<Value> = trail.iter().filter(|row| wanted(row)).cloned().collect();
        assert_eq!(api.walk("manager", &format!("/api/v1/audit?{query}&"), 1).await, ids(&wanted), "{query}");
    }
    let actor = trail[0]["actor_id"].as_str().unwrap();
    let theirs = api.data("manager", &format!("/api/v1/audit?actor_id={actor}&action=/api/v1/teams")).await;
    assert_eq!(theirs.len(), 1);
    api.get("manager", "/api/v1/audit?since=yesterday").await.problem(400, "invalid_query");
});
