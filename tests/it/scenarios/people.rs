//! What people do while the AI is at work.

use std::time::Duration;

use remit_engine::EngineError;
use remit_engine::decide::person::DecideError;
use remit_engine::domain::{ChannelKind, Stage};
use remit_tests::{TestApp, each_database, yes};

use crate::flow::POLICY;

const UNSURE: &str = "[complaint 0.90] Not good";

each_database!(s01_a_yes_on_an_old_screen_is_refused_as_stale, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let first = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let (approval, draft) = (app.approval(&first).await, app.draft(&first).await);
    app.clock.advance(Duration::from_secs(1));
    let second = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] And another thing").await;
    let refused = app.engine.approve(&app.rep, &approval.id, yes(&draft)).await;
    assert!(matches!(refused, Err(EngineError::Decide(DecideError::Stale))), "{refused:?}");
    assert!(app.sent().is_empty());
    // There is a new draft, and the yes to that one counts.
    app.approve(&second).await.unwrap();
    app.settle().await;
    assert_eq!(app.sent().len(), 1);
});

each_database!(s02_two_yeses_within_a_millisecond_are_one_send, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let bo = app.colleague("Bo", "approver").await;
    for round in 0..10 {
        let message = app.receive(ChannelKind::Chat, &format!("visitor-{round}"), UNSURE).await;
        let (approval, draft) = (app.approval(&message).await, app.draft(&message).await);
        let (one, two) = tokio::join!(
            app.engine.approve(&app.rep, &approval.id, yes(&draft)),
            app.engine.approve(&bo, &approval.id, yes(&draft)),
        );
        let (first, second) = if one.is_ok() { ("Ana", two) } else { ("Bo", one) };
        let Err(EngineError::Decide(DecideError::AlreadyDecided { state, by })) = second else {
            panic!("the second is told: {second:?}")
        };
        assert_eq!((state.as_str(), by.as_deref()), ("approved", Some(first)));
        app.settle().await;
        assert_eq!(app.sent().len(), round + 1);
    }
});

each_database!(s05_a_person_replies_while_the_ai_is_drafting, |database| {
    let app = TestApp::new(&database, POLICY).await;
    app.drafting.shut();
    // Both the freest and the most careful end of it: one would be sent at once, one would wait for a person.
    let free = app.store(ChannelKind::Chat, "visitor-1", "[question 0.95] When?").await;
    let careful = app.store(ChannelKind::Chat, "visitor-2", UNSURE).await;
    app.drafting.crowd(2).await;
    for message in [&free, &careful] {
        app.reply(message, "I will look into it myself.").await.unwrap();
    }
    app.drafting.open();
    app.settle().await;
    for message in [&free, &careful] {
        let run = app.run_of(message).await;
        assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("policy_off")));
        assert_eq!(app.decision(message).await.rule, "std_human_active");
    }
    assert_eq!(app.sent(), ["I will look into it myself.", "I will look into it myself."]);
    let sent = app.outbound.recorder.sent();
    assert!(sent.iter().all(|message| !message.automatic));

    // What waits for a person is withdrawn by a reply as well, in the same moment.
    let waiting = app.receive(ChannelKind::Chat, "visitor-3", UNSURE).await;
    let (approval, draft) = (app.approval(&waiting).await, app.draft(&waiting).await);
    app.reply(&waiting, "Already done.").await.unwrap();
    assert_eq!(app.run_of(&waiting).await.closed_reason.as_deref(), Some("human_took_over"));
    let late = app.engine.approve(&app.rep, &approval.id, yes(&draft)).await;
    assert!(
        matches!(&late, Err(EngineError::Decide(DecideError::AlreadyDecided { state, .. })) if state == "withdrawn"),
        "{late:?}"
    );
    app.settle().await;
    assert!(app.actions(&waiting).await.is_empty(), "a person dealt with it");
    assert_eq!(app.sent().len(), 3);
});

each_database!(s09_a_contact_paused_between_gate_and_send_gets_nothing, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let scheduled = app.receive(ChannelKind::Email, "bo@example.com", "[question 0.95] When?").await;
    assert_eq!(app.run_of(&scheduled).await.stage, Stage::Scheduled, "the gate let it go");
    let contact = app.contact(&scheduled).await.id;
    let stopped = app.engine.pause(&app.rep, &contact, "the founder talks to them", None).await.unwrap();
    assert_eq!((stopped.stopped, stopped.in_flight), (1, 0));
    app.wait(Duration::from_secs(3600)).await;
    assert!(app.sent().is_empty());
    assert_eq!(app.run_of(&scheduled).await.closed_reason.as_deref(), Some("paused"));
    assert_eq!(app.actions(&scheduled).await, ["contact_blocked_inbound"]);
});

/// Every reply of the AI waits for a person, and then for the office; two leave a day.
const OFFICE: &str = r#"remit 1
policy office "For tests"
timezone "Europe/Berlin"
autonomy assisted
undo 0s
team inbox
agent ada on email, chat, sms, whatsapp, voice
hours office { mon-fri 09:00-17:00 }
hours away { mon-fri 17:00-09:00  sat,sun 00:00-24:00 }
intent question { reply send }
intent other { reply approval }
limit daily: 2 replies per channel per day else hold until office
guard closed: hold until office when during away
route { otherwise: to team inbox }
"#;

each_database!(s17_approved_at_night_it_waits_for_the_office_and_for_room_in_order, |database| {
    let app = TestApp::new(&database, OFFICE).await;
    // 23:00 in Berlin.
    app.clock.advance(Duration::from_secs(12 * 3600));
    let mut asked = Vec::new();
    for number in 1..=5 {
        let text = format!("[question 0.95] {{draft: answer {number}}}");
        asked.push(app.receive(ChannelKind::Chat, &format!("visitor-{number}"), &text).await);
        app.clock.advance(Duration::from_secs(60));
    }
    // Approved in another order than they came.
    for number in [3, 0, 4, 2, 1] {
        app.approve(&asked[number]).await.unwrap();
    }
    app.settle().await;
    assert!(app.sent().is_empty());
    for message in &asked {
        assert_eq!(app.run_of(message).await.stage, Stage::Held);
    }
    let today = |app: &TestApp| {
        let mut sent = app.sent();
        sent.sort();
        sent
    };
    // 09:00 the next day, and the day after, and the one after that: two, two, one.
    app.wait(Duration::from_secs(10 * 3600)).await;
    assert_eq!(today(&app).len(), 2, "the cap of the day");
    app.wait(Duration::from_secs(7 * 3600)).await;
    assert_eq!(app.sent().len(), 2);
    app.wait(Duration::from_secs(17 * 3600)).await;
    assert_eq!(app.sent().len(), 4);
    app.wait(Duration::from_secs(24 * 3600)).await;
    assert_eq!(today(&app), ["answer 1", "answer 2", "answer 3", "answer 4", "answer 5"]);
    // Who came first left first: 1 and 2 on the first day, 3 and 4 on the second.
    let order = app.sent();
    assert!(order[..2].iter().all(|text| ["answer 1", "answer 2"].contains(&text.as_str())), "{order:?}");
    assert!(order[2..4].iter().all(|text| ["answer 3", "answer 4"].contains(&text.as_str())), "{order:?}");
});

each_database!(s19_a_closer_does_not_approve_and_a_viewer_does_not_reply, |database| {
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use remit_api::http::{App, new_key, router};
    use remit_engine::domain::{DEFAULT_WORKSPACE, IdKind};
    use remit_engine::store::Write;
    use tower::ServiceExt;

    let app = TestApp::new(&database, POLICY).await;
    let mut keys = Vec::new();
    for (number, role) in ["viewer", "closer"].into_iter().enumerate() {
        let rep = app.colleague(role, role).await;
        let (key, key_sha256) = new_key(&[u8::try_from(number).unwrap() + 1; 32]);
        let write = Write::ApiKey {
            id: app.engine.ids().next(IdKind::ApiKey),
            rep_id: rep.id,
            name: "test".to_owned(),
            key_sha256,
        };
        app.engine.commit_writes(DEFAULT_WORKSPACE, vec![write]).await.unwrap();
        keys.push(key);
    }
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let (approval, draft) = (app.approval(&message).await, app.draft(&message).await);
    let router = router(App::new(app.engine.clone(), [7; 32]));
    let approve = format!("/api/v1/approvals/{}/approve", approval.id);
    let reply = format!("/api/v1/conversations/{}/replies", message.conversation_id);
    let yes = serde_json::json!({ "draft_version": draft.version, "content_sha256": draft.content_sha256 });
    let text = serde_json::json!({ "body_text": "Hello" });
    for (key, path, body, needed) in [
        (&keys[1], &approve, &yes, "approver"),
        (&keys[0], &reply, &text, "closer"),
        (&keys[0], &approve, &yes, "approver"),
    ] {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), 403, "{path}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((problem["code"].as_str(), problem["needed_role"].as_str()), (Some("forbidden"), Some(needed)));
    }
    app.settle().await;
    assert!(app.sent().is_empty());
    assert_eq!(app.run_of(&message).await.stage, Stage::WaitingApproval);
    assert_eq!(app.approval(&message).await, approval, "nothing has changed");
});
