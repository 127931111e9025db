//! Drafts that people ask the AI for where its work has ended, and drafts that they throw away.

use std::time::Duration;

use remit_engine::EngineError;
use remit_engine::decide::ask::AskError;
use remit_engine::decide::person::DecideError;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::store::ingest::Ingested;
use remit_tests::{TestApp, each_database};

use super::POLICY;

const UNSURE: &str = "[complaint 0.90] Not good";
const SURE: &str = "[question 0.95] When?";

async fn ask(app: &TestApp, message: &Ingested, instruction: Option<&str>) -> Result<(), AskError> {
    match app.engine.ask_for_draft(&app.rep, &message.conversation_id, instruction).await {
        Ok(run) => {
            assert_eq!(run, message.run_id);
            app.settle().await;
            Ok(())
        }
        Err(EngineError::Asked(error)) => Err(error),
        Err(error) => panic!("{error}"),
    }
}

/// A message that came while the AI was paused for its contact, which is over.
async fn missed(app: &TestApp, from: &str) -> Ingested {
    let first = app.receive(ChannelKind::Chat, from, SURE).await;
    let contact = app.contact(&first).await.id;
    app.engine.pause(&app.rep, &contact, "a call", None).await.unwrap();
    let missed = app.receive(ChannelKind::Chat, from, SURE).await;
    assert_eq!(app.run_of(&missed).await.closed_reason.as_deref(), Some("policy_off"));
    let paused = ask(app, &missed, None).await;
    assert!(matches!(&paused, Err(AskError::Forbidden { rule, .. }) if rule == "std_paused"), "{paused:?}");
    app.engine.resume(&app.rep, &contact, None).await.unwrap();
    missed
}

each_database!(a_draft_that_was_asked_for_waits_also_where_the_policy_would_let_it_go, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = missed(&app, "visitor-1").await;
    let before = app.sent().len();
    ask(&app, &message, Some("say noon")).await.unwrap();
    let (run, draft) = (app.run_of(&message).await, app.draft(&message).await);
    assert_eq!((run.stage, run.approved, run.asked_by), (Stage::WaitingApproval, false, Some(app.rep.id.clone())));
    assert_eq!((draft.author_kind.as_str(), draft.status.as_str()), ("ai_agent", "pending_approval"));
    assert_eq!(draft.body_text, "As you asked (say noon): an answer to your question.");
    assert_eq!(app.decision(&message).await.outcome, "send", "the record says what the policy said");
    let why = app.engine.why(DEFAULT_WORKSPACE, &message.conversation_id, None).await.unwrap().why;
    assert!(why.summary.contains("a person asked for") && !why.summary.contains("decided"), "{}", why.summary);
    // Time alone lets nothing go; a person does, once.
    app.wait(Duration::from_secs(3_600)).await;
    assert_eq!(app.sent().len(), before);
    let again = ask(&app, &message, None).await;
    assert_eq!(again, Err(AskError::Waits { draft_id: draft.id.clone() }));
    app.approve(&message).await.unwrap();
    app.settle().await;
    assert_eq!(app.sent()[before..], ["As you asked (say noon): an answer to your question."]);
    assert_eq!(ask(&app, &message, None).await, Err(AskError::Answered));
    assert!(app.timeline(&message).await.contains("Ana asked the AI for a draft: say noon"));
    // Whoever picks the messages and says what to write proves nothing about the classifier.
    let usual = app.receive(ChannelKind::Chat, "visitor-2", UNSURE).await;
    app.approve(&usual).await.unwrap();
    let labels = database.rows().await.into_iter().filter(|row| row.starts_with("label ")).collect::<Vec<_>>();
    assert!(labels.iter().any(|row| row.contains(&usual.message_id)), "{labels:?}");
    assert!(!labels.iter().any(|row| row.contains(&message.message_id)), "{labels:?}");
});

each_database!(what_was_rejected_is_drafted_anew_and_does_not_come_back, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let first = app.draft(&message).await;
    app.engine.reject(&app.rep, &app.approval(&message).await.id, "too cold").await.unwrap();
    ask(&app, &message, Some("warmer")).await.unwrap();
    let second = app.draft(&message).await;
    assert_ne!(second.id, first.id);
    assert_eq!(app.actions(&message).await, ["approval_pending"]);
    let version = second.version;
    app.engine.discard_draft(&app.rep, &second.id, version).await.unwrap();
    let run = app.run_of(&message).await;
    assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("taken_back")));
    assert_eq!(app.actions(&message).await, ["no_draft"], "the contact is still to be answered");
    let late = app.engine.discard_draft(&app.rep, &second.id, version).await;
    assert!(matches!(late, Err(EngineError::Decide(DecideError::TooLate { .. }))), "{late:?}");
    // Nothing drafts any more: what was thrown away is no draft, and nobody is asked about it.
    ask(&app, &message, Some("{no draft}")).await.unwrap();
    let run = app.run_of(&message).await;
    assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("no_draft")));
    assert!(app.sent().is_empty());
});

each_database!(what_may_not_be_answered_is_not_drafted_and_nothing_changes, |database| {
    let app = TestApp::new(&database, POLICY).await;
    // Waits for a yes; given to a person; off; a machine's; the rep's own thread.
    let waits = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    assert!(matches!(ask(&app, &waits, None).await, Err(AskError::Waits { .. })));
    let escalated = app.receive(ChannelKind::Chat, "visitor-2", "[human_request 0.95] A person, please").await;
    let off = app.receive(ChannelKind::Chat, "visitor-3", "[unsubscribe 0.95] Stop").await;
    for (message, outcome) in [(&escalated, "escalate"), (&off, "off")] {
        let before = app.run_of(message).await;
        let refused = ask(&app, message, Some("do it all the same")).await;
        assert!(
            matches!(&refused, Err(AskError::Forbidden { outcome: said, .. }) if said.as_str() == outcome),
            "{refused:?}"
        );
        assert_eq!(app.run_of(message).await, before);
    }
    let ours = missed(&app, "visitor-4").await;
    app.engine.gesture(&app.rep, &ours.conversation_id, remit_engine::replies::Gesture::TakeOver).await.unwrap();
    let taken = ask(&app, &ours, None).await;
    assert!(matches!(&taken, Err(AskError::Forbidden { rule, .. }) if rule == "std_human_active"), "{taken:?}");
    let nobody = app.engine.ask_for_draft(&app.rep, "cnv_nothing", None).await;
    assert!(matches!(nobody, Err(EngineError::NotFound { .. })), "{nobody:?}");
    // Asked for and then stopped: what is approved meanwhile does not leave.
    let message = missed(&app, "visitor-5").await;
    ask(&app, &message, None).await.unwrap();
    let sent = app.sent().len();
    app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", true, "an incident", "Ana").await.unwrap();
    assert!(app.approve(&message).await.is_err());
    app.settle().await;
    assert_eq!(app.sent().len(), sent);
});

each_database!(a_draft_is_thrown_away_as_it_was_seen_and_while_it_is_here, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let bo = app.colleague("Bo", "closer").await;
    // One that waits for its undo time.
    let message = app.receive(ChannelKind::Email, "kim@globex.example", SURE).await;
    let draft = app.draft(&message).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Scheduled);
    let stale = app.engine.discard_draft(&bo, &draft.id, draft.version + 1).await;
    assert!(matches!(stale, Err(EngineError::Changed { current: 1, .. })), "{stale:?}");
    app.engine.discard_draft(&bo, &draft.id, draft.version).await.unwrap();
    app.wait(Duration::from_secs(3_600)).await;
    assert_eq!((app.draft(&message).await.status.as_str(), app.sent().len()), ("discarded", 0));
    // One that a colleague has in hand.
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let (approval, draft) = (app.approval(&message).await, app.draft(&message).await);
    app.engine.claim(&app.rep, &approval.id, &app.rep, approval.created_at + 600_000, false).await.unwrap();
    let kept = app.engine.discard_draft(&bo, &draft.id, draft.version).await;
    assert!(matches!(kept, Err(EngineError::Decide(DecideError::Claimed { .. }))), "{kept:?}");
    app.engine.discard_draft(&app.rep, &draft.id, draft.version).await.unwrap();
    let yes = app.engine.approve(&app.rep, &approval.id, remit_tests::yes(&draft)).await;
    assert!(matches!(yes, Err(EngineError::Decide(DecideError::AlreadyDecided { .. }))), "{yes:?}");
    assert!(app.sent().is_empty());
});
