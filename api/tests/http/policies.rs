//! Policy versions, the gate before one comes into force, and what recorded traffic says about it.

use axum::http::Method;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, POLICY};

fn files(text: &str) -> Value {
    json!({ "root": "test.remit", "files": [{ "path": "test.remit", "text": text }] })
}

async fn keep(api: &Api, text: &str) -> String {
    let kept = api.post("manager", "/api/v1/policies/versions", files(text)).await.good();
    kept["digest"].as_str().unwrap().to_owned()
}

async fn active(api: &Api) -> String {
    api.get("viewer", "/api/v1/policies/active").await.good()["digest"].as_str().unwrap().to_owned()
}

fn activate(digest: &str) -> String {
    format!("/api/v1/policies/versions/{digest}/activate")
}

each_database!(a_version_comes_into_force_when_what_it_lets_go_was_acknowledged, |database| {
    let api = Api::new(&database).await;
    let first = active(&api).await;
    let wider = keep(&api, &POLICY.replace("reply send from 0.80", "reply send from 0.70")).await;
    let careful = keep(&api, &POLICY.replace("reply send from 0.80", "reply send from 0.90")).await;
    assert_eq!(active(&api).await, first, "a version that is kept is not in force");

    // Whoever may not publish, may not.
    for role in ["viewer", "closer", "approver"] {
        api.post(role, &activate(&careful), json!({})).await.problem(403, "forbidden");
        api.post(role, "/api/v1/policies/versions", files(POLICY)).await.problem(403, "forbidden");
        api.post(role, "/api/v1/policies/rollback", json!({})).await.problem(403, "forbidden");
    }

    // More careful: nothing to acknowledge. The digest may be named without `sha256:`.
    let digits = careful.trim_start_matches("sha256:");
    let done = api.post("manager", &activate(digits), json!({})).await.good();
    assert_eq!((&done["digest"], &done["previous"], &done["freer"]), (&json!(careful), &json!(first), &json!(false)));
    assert_eq!(active(&api).await, careful);
    api.post("manager", &activate(&careful), json!({})).await.problem(409, "already_in_force");

    // Freer: refused until exactly this difference is acknowledged.
    let problem = api.post("owner", &activate(&wider), json!({})).await.problem(409, "not_acknowledged");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(&careful) && detail.contains(&wider) && detail.contains("freer"), "{detail}");
    let stale = json!({ "acknowledge": { "old": first, "new": wider } });
    api.post("owner", &activate(&wider), stale).await.problem(409, "stale_acknowledgement");
    let other = json!({ "acknowledge": { "old": careful, "new": careful } });
    api.post("owner", &activate(&wider), other).await.problem(409, "stale_acknowledgement");
    assert_eq!(active(&api).await, careful);
    let seen = json!({ "acknowledge": { "old": careful, "new": wider } });
    let done = api.post("owner", &activate(&wider), seen.clone()).await.good();
    assert_eq!(done["freer"], true);
    // The same acknowledgement is good for nothing any more.
    api.post("owner", &activate(&careful), seen).await.problem(409, "stale_acknowledgement");
    assert_eq!(active(&api).await, wider);

    // It decides at once.
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.75] When?").await;
    assert_eq!(api.app.decision(&message).await.policy_digest, wider);

    // And back: to the version before, which is more careful.
    let back = api.post("manager", "/api/v1/policies/rollback", json!({})).await.good();
    assert_eq!((&back["digest"], active(&api).await), (&json!(careful), careful.clone()));
    // Once more would be freer again.
    api.post("manager", "/api/v1/policies/rollback", json!({})).await.problem(409, "not_acknowledged");

    let history = api.data("viewer", "/api/v1/policies/activations").await;
    let seen: Vec<_> = history
        .iter()
        .map(|one| (one["how"].as_str().unwrap(), one["by_name"].as_str().unwrap(), one["acknowledged"] == true))
        .collect();
    assert_eq!(
        seen,
        [
            ("rolled_back", "Rep manager", false),
            ("published", "Rep owner", true),
            ("published", "Rep manager", false),
            ("set_up", "test", true),
        ]
    );
    assert!(history[1]["summary"].as_str().unwrap().starts_with("3 freer"), "{history:?}");
    assert_eq!(api.walk("viewer", "/api/v1/policies/activations?", 3).await.len(), 4);
    let versions = api.data("viewer", "/api/v1/policies/versions").await;
    assert_eq!(versions.len(), 3);
    assert_eq!(versions.iter().filter(|one| one["in_force"] == true).count(), 1);
    let version = api.get("viewer", &format!("/api/v1/policies/versions/{wider}")).await.good();
    assert!(version["files"][0]["text"].as_str().unwrap().contains("0.70"), "{version}");
    for path in ["sha256:00", "nothing", &"0".repeat(64)] {
        api.get("viewer", &format!("/api/v1/policies/versions/{path}")).await.problem(404, "not_found");
    }
});

each_database!(errors_false_claims_and_failing_cases_never_come_into_force, |database| {
    let api = Api::new(&database).await;
    let before = active(&api).await;
    // A misspelt word, and a claim that is false: not even kept.
    for (text, code) in [
        (POLICY.replace("guard legal: escalate", "guard legal: aproval"), "R0"),
        (format!("{POLICY}never send when channel is chat\n"), "R0401"),
    ] {
        let problem = api.post("owner", "/api/v1/policies/versions", files(&text)).await.problem(422, "invalid");
        let message = problem["errors"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("test.remit:") && message.contains(code), "{message}");
        let checked = api.post("viewer", "/api/v1/policies/check", files(&text)).await.good();
        assert_eq!((&checked["checks"], &checked["digest"]), (&json!(false), &Value::Null));
        let finding = &checked["findings"][0];
        assert!(
            finding["line"].as_u64().unwrap() > 1 && finding["code"].as_str().unwrap().starts_with('R'),
            "{finding}"
        );
    }
    // A case that does not hold is kept and refused.
    let text = format!("{POLICY}test \"chat\" {{ channel chat intent question 0.95 expect approval }}\n");
    let checked = api.post("viewer", "/api/v1/policies/check", files(&text)).await.good();
    assert_eq!((&checked["checks"], &checked["passed"]), (&json!(true), &json!(0)), "{checked}");
    assert_eq!(checked["failed"].as_array().unwrap().len(), 1);
    let digest = keep(&api, &text).await;
    let problem = api.post("owner", &activate(&digest), json!({})).await.problem(409, "cases_fail");
    assert!(problem["errors"][0]["message"].as_str().unwrap().contains("expected"), "{problem}");
    assert_eq!(active(&api).await, before);
    for (body, pointer) in [
        (json!({ "root": "a.remit", "files": [{ "path": "b.remit", "text": "" }] }), "/root"),
        (json!({ "root": "a", "files": [{ "path": "../a", "text": "" }] }), "/files/0/path"),
        (json!({ "root": "a", "files": [{ "path": "a", "text": "" }, { "path": "a", "text": "" }] }), "/files/1/path"),
    ] {
        let pointers = api.post("owner", "/api/v1/policies/versions", body).await.pointers();
        assert_eq!(pointers, [(pointer.to_owned(), "invalid".to_owned())]);
    }
});

each_database!(a_difference_a_replay_and_a_simulation_by_api, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.75] When?").await;
    api.app.receive(ChannelKind::Chat, "visitor-2", "[question 0.95] When?").await;
    api.app.receive(ChannelKind::Chat, "visitor-3", "[complaint 0.95] Not good").await;
    let candidate = POLICY.replace("reply send from 0.80", "reply send from 0.70");
    let wider = keep(&api, &candidate).await;

    let diff = api.post("viewer", "/api/v1/policies/diff", json!({ "new": wider })).await.good();
    assert_eq!((&diff["may_be_freer"], &diff["empty"]), (&json!(true), &json!(false)));
    assert!(diff["text"].as_str().unwrap().starts_with("FREER"), "{diff}");
    let same = json!({ "old": files(&candidate), "new": wider });
    assert_eq!(api.post("viewer", "/api/v1/policies/diff", same).await.good()["empty"], true);
    let nobody = json!({ "new": format!("sha256:{}", "0".repeat(64)) });
    api.post("viewer", "/api/v1/policies/diff", nobody).await.problem(404, "not_found");

    let replayed = api.post("viewer", "/api/v1/policies/replay", json!({ "policy": wider })).await.good();
    assert_eq!((&replayed["empty"], &replayed["may_be_freer"]), (&json!(false), &json!(true)));
    let report = &replayed["report"];
    assert_eq!((&report["decisions"], &report["as_recorded"]["freer"]), (&json!(3), &json!(1)), "{report}");
    let example = &report["changes"][0]["examples"][0];
    assert_eq!(example["message_id"], message.message_id);
    let since = json!({ "policy": files(POLICY), "since": "2026-03-03T10:00:01Z" });
    assert_eq!(api.post("viewer", "/api/v1/policies/replay", since).await.good()["report"]["decisions"], 0);
    for (body, pointer) in [
        (json!({ "policy": wider, "limit": 0 }), "/limit"),
        (json!({ "policy": wider, "examples": 101 }), "/examples"),
        (json!({ "policy": wider, "since": "soon" }), "/since"),
    ] {
        let pointers = api.post("viewer", "/api/v1/policies/replay", body).await.pointers();
        assert_eq!(pointers, [(pointer.to_owned(), "invalid".to_owned())]);
    }

    // Why, and what would have let it go.
    let explain = format!("/api/v1/decisions/{}/explain", example["decision_id"].as_str().unwrap());
    let why = api.get("viewer", &format!("{explain}?what_if=send")).await.good();
    let text = why["text"].as_str().unwrap();
    assert!(text.starts_with("ESCALATE") && text.contains("because  question (band)  test.remit:"), "{text}");
    assert!(text.contains("what-if  send: "), "{text}");
    assert_eq!(why["explanation"]["what_if"]["answer"]["answer"], "change", "{why}");
    assert_eq!(api.get("viewer", &explain).await.good()["explanation"]["what_if"], Value::Null);
    api.get("viewer", &format!("{explain}?what_if=maybe")).await.problem(400, "invalid_query");
    api.get("viewer", "/api/v1/decisions/dec_0/explain").await.problem(404, "not_found");

    // Nothing of it is stored.
    let count = api.data("viewer", "/api/v1/decisions").await.len();
    let body = json!({
        "policy": files(POLICY), "at": "2026-03-03T10:00:00Z",
        "messages": [{ "text": "My lawyer will write" }, { "text": "When?", "given": { "channel": "email", "paused": true } }],
    });
    let tried = api.post("viewer", "/api/v1/policies/simulate", body.clone()).await.good();
    let outcomes: Vec<_> = tried["results"].as_array().unwrap().iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!(outcomes, ["escalate", "off"], "{tried}");
    assert_eq!(tried["results"][0]["deciding"][0]["name"], "legal");
    assert_eq!(api.post("viewer", "/api/v1/policies/simulate", body).await.good(), tried, "the same again");
    assert_eq!(api.data("viewer", "/api/v1/decisions").await.len(), count);
    let wrong = json!({ "messages": [{ "text": "x", "given": { "chanel": "sms" } }] });
    let pointers = api.post("viewer", "/api/v1/policies/simulate", wrong).await.pointers();
    assert_eq!(pointers, [("/messages/0".to_owned(), "invalid".to_owned())]);
    let none = api.call("viewer", Method::POST, "/api/v1/policies/simulate", Some(json!({ "messages": [] }))).await;
    assert_eq!(none.pointers()[0].0, "/messages");
    assert!(api.app.engine.policies().current(DEFAULT_WORKSPACE).is_some());
});

each_database!(claims_are_proved_for_every_message_or_refuted_by_one, |database| {
    let api = Api::new(&database).await;
    let path = "/api/v1/policies/prove";
    let claims = ["never send when message detects threat", "never send when contact.new"];
    let proved = api.post("viewer", path, json!({ "claims": claims })).await.good();
    let rows = proved["data"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "only what was asked: {proved}");
    assert_eq!((&rows[0]["claim"], &rows[0]["holds"]), (&json!(claims[0]), &json!(true)), "{proved}");
    assert_eq!(rows[0]["counterexample"], json!(null));
    assert_eq!(rows[0]["proved_by"][0]["name"], "legal", "{proved}");
    assert_eq!((&rows[1]["standing"], &rows[1]["holds"]), (&json!("false"), &json!(false)), "{proved}");
    assert_eq!(rows[1]["counterexample"]["outcome"], "send", "{proved}");
    assert!(!rows[1]["counterexample"]["message"].as_array().unwrap().is_empty());
    // The same of files that were not kept; without claims, of those that stand in them.
    let text = format!("{}\nnever send when message detects threat\n", crate::support::POLICY);
    let files = json!({ "root": "test.remit", "files": [{ "path": "test.remit", "text": text }] });
    let own = api.post("viewer", path, json!({ "policy": files })).await.good();
    assert_eq!(own["data"].as_array().unwrap().len(), 1, "{own}");
    assert_eq!(own["data"][0]["holds"], true);
    let wrong = api.post("viewer", path, json!({ "claims": ["never send when nonsense.fact"] })).await;
    assert_eq!(wrong.pointers()[0].0, "/claims");
    let many = vec!["never send when contact.new"; 21];
    assert_eq!(api.post("viewer", path, json!({ "claims": many })).await.pointers()[0].0, "/claims");
    let broken =
        json!({ "root": "test.remit", "files": [{ "path": "test.remit", "text": "remit 1\npolicy x\nnonsense\n" }] });
    assert_eq!(api.post("viewer", path, json!({ "policy": broken })).await.pointers()[0].0, "/files");
    api.post("viewer", path, json!({ "policy": "sha256:none" })).await.problem(404, "not_found");
});

each_database!(who_answers_where_is_what_the_policy_declares, |database| {
    let api = Api::new(&database).await;
    let agents = api.get("viewer", "/api/v1/agents").await.good();
    assert_eq!(
        agents["data"],
        json!([{ "name": "ada", "title": null, "channels": ["email", "chat", "sms", "whatsapp", "voice"] }])
    );
    assert_eq!(agents["unanswered"], json!(["linkedin"]));
    assert_eq!(agents["digest"], api.get("viewer", "/api/v1/policies/active").await.good()["digest"]);
});
