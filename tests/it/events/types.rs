//! What happens is told, under its name, thinly.

use std::time::Duration;

use remit_engine::decide::person::{Edit, Yes};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::events::hub::Hub;
use remit_engine::events::{Event, Place, Wanted};
use remit_engine::store::Write;
use remit_tests::{TestApp, each_database};

use crate::flow::POLICY;

/// Everything after a place that happened in these conversations, or anywhere.
async fn told(hub: &Hub, after: Place) -> Vec<Event> {
    let (mut all, mut place) = (Vec::new(), after);
    loop {
        let (events, next, is_all) = hub.page(DEFAULT_WORKSPACE, place, &Wanted::default(), 1_000).await.unwrap();
        all.extend(events.iter().map(|told| told.event.clone()));
        place = next;
        if is_all {
            return all;
        }
    }
}

/// What is told after a place, once this is.
async fn until(app: &TestApp, after: Place, kind: &str) -> Vec<Event> {
    for _ in 0..2_000 {
        let events = told(app.engine.events(), after).await;
        if events.iter().any(|event| event.kind == kind) {
            return events;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("`{kind}` is not told");
}

/// The types told after a place, once as many are there as are wanted. On PostgreSQL it takes until every transaction
/// that was begun before has ended.
async fn kinds(app: &TestApp, after: Place, wanted: &[&str]) -> Vec<Event> {
    for _ in 0..1_000 {
        let events = told(app.engine.events(), after).await;
        if events.len() >= wanted.len() {
            assert_eq!(events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), wanted);
            return events;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let events = told(app.engine.events(), after).await;
    assert_eq!(events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), wanted);
    events
}

each_database!(a_message_is_told_from_its_arrival_to_its_answer, |database| {
    let app = TestApp::new(&database, POLICY).await;
    // Of the set-up everything: while a test elsewhere on the server is in the middle of something, that is not yet told.
    let begin = until(&app, Place::default(), "policy.activated").await.last().unwrap().place;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] When do you open?").await;
    let events = kinds(
        &app,
        begin,
        &[
            "contact.created",
            "conversation.created",
            "message.received",
            "intent.classified",
            "draft.created",
            "decision.recorded",
            "conversation.assigned",
            "message.sending",
            "message.sent",
            "draft.updated",
        ],
    )
    .await;
    assert!(events.iter().all(|event| event.conversation_id.as_deref() == Some(message.conversation_id.as_str())));
    assert!(events.windows(2).all(|pair| pair[0].place < pair[1].place && pair[0].id < pair[1].id));
    assert_eq!(events[2].data["message_id"], message.message_id);
    assert_eq!((events[2].actor_kind.as_str(), events[2].actor_name.as_deref()), ("contact", None));
    assert_eq!(events[8].actor_kind, "ai_agent");
    let all = events.iter().map(|event| event.envelope().to_string()).collect::<String>();
    for secret in ["open", "visitor-1", "answer"] {
        assert!(!all.contains(secret), "`{secret}` is in {all}");
    }
    // The same message again tells nothing.
    let last = events.last().unwrap().place;
    let envelope = events[2].envelope();
    for field in ["id", "seq", "type", "created_at", "actor", "conversation_id", "client_ref", "data"] {
        assert!(envelope.get(field).is_some(), "{field}");
    }
    assert_eq!(envelope["created_at"], "2026-03-03T10:00:00.000Z");
    kinds(&app, last, &[]).await;
});

each_database!(what_people_do_is_told_with_their_name, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let first = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let approval = app.approval(&first).await;
    let asked = until(&app, Place::default(), "approval.created").await;
    let begin = asked.last().unwrap().place;
    app.engine.add_note(&app.rep, &first.conversation_id, "He called, and was angry").await.unwrap();
    let events = kinds(&app, begin, &["note.created"]).await;
    assert_eq!((events[0].actor_kind.as_str(), events[0].actor_name.as_deref()), ("rep", Some("Ana")));
    assert!(!events[0].envelope().to_string().contains("angry"));

    // Written again: what waited is over.
    let begin = events[0].place;
    app.clock.advance(Duration::from_secs(1));
    let second = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] And another thing").await;
    let over = until(&app, begin, "approval.created").await;
    let names: Vec<&str> = over.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(names[..3], ["message.received", "draft.updated", "approval.superseded"], "{names:?}");
    assert_eq!(over[2].data["approval_id"], approval.id);

    let begin = over.last().unwrap().place;
    let (approval, draft) = (app.approval(&second).await, app.draft(&second).await);
    let edit = Edit { subject: None, body_text: "I am sorry.".to_owned() };
    let yes = Yes { version: draft.version, content_sha256: &draft.content_sha256, revision: None, edit: Some(&edit) };
    app.engine.approve(&app.rep, &approval.id, yes).await.unwrap();
    app.settle().await;
    let over = until(&app, begin, "message.sent").await;
    let approved = over.iter().find(|event| event.kind == "approval.approved").expect("it is told");
    assert_eq!(approved.data["approval_id"], approval.id);
    assert_eq!(approved.actor_name.as_deref(), Some("Ana"));
    let edited = over.iter().find(|event| event.data.get("version") == Some(&2.into())).expect("the edit is told");
    assert_eq!((edited.kind.as_str(), &edited.data["draft_id"]), ("draft.updated", &draft.id.clone().into()));
    assert!(over.iter().all(|event| !event.envelope().to_string().contains("sorry")));
});

each_database!(what_concerns_no_conversation_is_told_too, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] When?").await;
    let contact = app.contact(&message).await;
    let begin = until(&app, Place::default(), "message.sent").await.last().unwrap().place;
    app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", true, "wrong prices", "Ana").await.unwrap();
    app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", false, "right prices", "Bo").await.unwrap();
    app.engine.pause(&app.rep, &contact.id, "in talks", None).await.unwrap();
    app.engine.resume(&app.rep, &contact.id, None).await.unwrap();
    let disable = Write::ChannelStatus { id: "chn_sms".to_owned(), status: "disabled" };
    app.engine.commit_writes(DEFAULT_WORKSPACE, vec![disable]).await.unwrap();
    let events = kinds(
        &app,
        begin,
        &[
            "kill_switch.engaged",
            "kill_switch.released",
            "ai.paused",
            "timeline.recorded",
            "ai.resumed",
            "timeline.recorded",
            "channel.updated",
        ],
    )
    .await;
    assert_eq!(events[1].actor_name.as_deref(), Some("Bo"));
    assert_eq!((&events[2].conversation_id, &events[2].data["contact_id"]), (&None, &contact.id.into()));
    assert_eq!(events[3].conversation_id.as_deref(), Some(message.conversation_id.as_str()));
    assert!(!events.iter().any(|event| event.envelope().to_string().contains("prices")));
    let wanted = Wanted { kinds: vec!["kill_switch.*".to_owned()], conversation_id: None };
    let (switches, ..) = app.engine.events().page(DEFAULT_WORKSPACE, begin, &wanted, 100).await.unwrap();
    assert_eq!(switches.len(), 2);
    let wanted = Wanted { kinds: Vec::new(), conversation_id: Some(message.conversation_id.clone()) };
    let (here, ..) = app.engine.events().page(DEFAULT_WORKSPACE, begin, &wanted, 100).await.unwrap();
    assert_eq!(here.len(), 2);
    let (elsewhere, ..) = app.engine.events().page("wsp_other", begin, &Wanted::default(), 100).await.unwrap();
    assert!(elsewhere.is_empty(), "another workspace is told nothing");
});
