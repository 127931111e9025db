//! What people do with a draft before it leaves: two of them, one after the other, with edits in between.

use std::time::Duration;

use remit_engine::EngineError;
use remit_engine::decide::person::{DecideError, Edit, Yes};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::store::read;
use remit_tests::{TestApp, each_database, yes};

use super::POLICY;

const UNSURE: &str = "[complaint 0.90] Not good";

fn two_people() -> String {
    POLICY.replace("approvers team inbox }", "approvers team inbox  two people when intent is complaint }")
}

fn text(body: &str) -> Edit {
    Edit { subject: None, body_text: body.to_owned() }
}

each_database!(two_people_are_two_people_and_the_second_learns_who_was_first, |database| {
    let app = TestApp::new(&database, &two_people()).await;
    let bo = app.colleague("Bo", "approver").await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let (approval, draft) = (app.approval(&message).await, app.draft(&message).await);
    assert_eq!(approval.people, 2);
    app.engine.approve(&app.rep, &approval.id, yes(&draft)).await.unwrap();
    app.settle().await;
    assert!(app.sent().is_empty(), "one is not two");
    assert_eq!(app.run_of(&message).await.stage, Stage::WaitingApproval);
    let again = app.engine.approve(&app.rep, &approval.id, yes(&draft)).await;
    assert!(
        matches!(&again, Err(EngineError::Decide(DecideError::SecondPerson { first })) if first == "Ana"),
        "{again:?}"
    );
    let mut reader = app.engine.db().read().await.unwrap();
    let votes = read::votes(&mut reader.conn(), DEFAULT_WORKSPACE, &approval.id).await.unwrap();
    assert_eq!(votes.iter().map(|vote| vote.rep_name.as_str()).collect::<Vec<_>>(), ["Ana"]);
    app.engine.approve(&bo, &approval.id, yes(&draft)).await.unwrap();
    app.settle().await;
    assert_eq!(app.sent().len(), 1);
    assert!(app.timeline(&message).await.contains("Bo approved the draft, after Ana"));
    // Another intent needs one.
    let message = app.receive(ChannelKind::Chat, "visitor-2", "[question 0.60] Hm").await;
    assert_eq!(app.approval(&message).await.people, 1);
});

each_database!(an_edit_makes_the_first_yes_worthless, |database| {
    let app = TestApp::new(&database, &two_people()).await;
    let bo = app.colleague("Bo", "approver").await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let (approval, draft) = (app.approval(&message).await, app.draft(&message).await);
    app.engine.approve(&app.rep, &approval.id, yes(&draft)).await.unwrap();
    let edit = text("We give you everything back.");
    app.engine.approve(&bo, &approval.id, Yes { edit: Some(&edit), ..yes(&draft) }).await.unwrap();
    app.settle().await;
    assert!(app.sent().is_empty(), "Ana has not seen this text");
    let stale = app.engine.approve(&app.rep, &approval.id, yes(&draft)).await;
    assert!(matches!(stale, Err(EngineError::Decide(DecideError::DraftChanged { current: 2 }))), "{stale:?}");
    let edited = app.draft(&message).await;
    app.engine.approve(&app.rep, &approval.id, yes(&edited)).await.unwrap();
    app.settle().await;
    assert_eq!(app.sent(), ["We give you everything back."]);
});

each_database!(two_first_yeses_at_once_are_two_people, |database| {
    let app = TestApp::new(&database, &two_people()).await;
    let bo = app.colleague("Bo", "approver").await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let (approval, draft) = (app.approval(&message).await, app.draft(&message).await);
    let (one, two) = tokio::join!(
        app.engine.approve(&app.rep, &approval.id, yes(&draft)),
        app.engine.approve(&bo, &approval.id, yes(&draft)),
    );
    one.unwrap();
    two.unwrap();
    app.settle().await;
    assert_eq!(app.sent().len(), 1);
});

each_database!(a_draft_is_edited_restored_and_written_anew_and_every_text_is_kept, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let first = app.draft(&message).await;
    let seen = (first.version, first.content_sha256.as_str());
    app.engine.edit_draft(&app.rep, &first.id, seen, &text("Sorry.")).await.unwrap();
    let stale = app.engine.edit_draft(&app.rep, &first.id, seen, &text("Very sorry.")).await;
    assert!(matches!(stale, Err(EngineError::Decide(DecideError::DraftChanged { current: 2 }))), "{stale:?}");
    app.engine.restore_draft(&app.rep, &first.id).await.unwrap();
    app.engine.restore_draft(&app.rep, &first.id).await.unwrap();
    let restored = app.draft(&message).await;
    assert_eq!((restored.version, &restored.body_text), (3, &first.body_text));
    assert_eq!(restored.content_sha256, first.content_sha256);

    let asked = app.approval(&message).await;
    app.engine.regenerate_draft(&app.rep, &first.id, Some("shorter")).await.unwrap();
    app.settle().await;
    let anew = app.draft(&message).await;
    assert_ne!(anew.id, first.id);
    assert_eq!(anew.body_text, "As you asked (shorter): an answer to your complaint.");
    assert_eq!(app.run_of(&message).await.stage, Stage::WaitingApproval);
    let old = app.engine.approve(&app.rep, &asked.id, yes(&first)).await;
    assert!(matches!(old, Err(EngineError::Decide(DecideError::AlreadyDecided { .. }))), "{old:?}");
    let gone = app.engine.edit_draft(&app.rep, &first.id, (3, "x"), &text("Hm")).await;
    assert!(matches!(gone, Err(EngineError::Decide(DecideError::TooLate { .. }))), "{gone:?}");
    app.approve(&message).await.unwrap();
    app.settle().await;
    assert_eq!(app.sent(), ["As you asked (shorter): an answer to your complaint."]);
    let mut reader = app.engine.db().read().await.unwrap();
    let versions = read::draft_versions(&mut reader.conn(), DEFAULT_WORKSPACE, &first.id).await.unwrap();
    assert_eq!(versions.len(), 3);
});

each_database!(a_claim_keeps_colleagues_away_until_it_runs_out, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let bo = app.colleague("Bo", "approver").await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let (approval, draft) = (app.approval(&message).await, app.draft(&message).await);
    let until = approval.created_at + 600_000;
    app.engine.claim(&app.rep, &approval.id, &app.rep, until, false).await.unwrap();
    let kept = |result: Result<(), EngineError>| {
        assert!(
            matches!(&result, Err(EngineError::Decide(DecideError::Claimed { by, until: at })) if by == "Ana" && *at == until),
            "{result:?}"
        );
    };
    kept(app.engine.approve(&bo, &approval.id, yes(&draft)).await);
    kept(app.engine.reject(&bo, &approval.id, "no").await);
    kept(app.engine.claim(&bo, &approval.id, &bo, until, false).await);
    kept(app.engine.edit_draft(&bo, &draft.id, (1, &draft.content_sha256), &text("Hm")).await);
    // Given to Bo, it is Bo's; taken over, it is Ana's again; let go, anybody's.
    app.engine.claim(&app.rep, &approval.id, &bo, until, false).await.unwrap();
    assert!(app.engine.approve(&app.rep, &approval.id, yes(&draft)).await.is_err());
    app.engine.claim(&app.rep, &approval.id, &app.rep, until, true).await.unwrap();
    app.clock.advance(Duration::from_secs(600));
    app.engine.approve(&bo, &approval.id, yes(&draft)).await.unwrap();
    app.settle().await;
    assert_eq!(app.sent().len(), 1);
});

each_database!(an_automatic_reply_is_taken_back_within_its_window_and_becomes_a_question, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Email, "bo@example.com", "[question 0.95] When?").await;
    let draft = app.draft(&message).await;
    assert_eq!((app.run_of(&message).await.stage, draft.status.as_str()), (Stage::Scheduled, "scheduled"));
    app.engine.take_back(&app.rep, &draft.id).await.unwrap();
    app.wait(Duration::from_secs(3600)).await;
    assert!(app.sent().is_empty());
    assert_eq!(app.run_of(&message).await.stage, Stage::WaitingApproval);
    assert_eq!(app.actions(&message).await, ["approval_pending"]);
    let again = app.engine.take_back(&app.rep, &draft.id).await;
    assert!(matches!(again, Err(EngineError::Decide(DecideError::TooLate { .. }))), "{again:?}");
    app.approve(&message).await.unwrap();
    app.settle().await;
    assert_eq!(app.sent().len(), 1);
    let late = app.engine.take_back(&app.rep, &draft.id).await;
    assert!(matches!(&late, Err(EngineError::Decide(DecideError::TooLate { status })) if status == "sent"), "{late:?}");
});

each_database!(a_yes_says_which_state_of_the_thread_it_was_given_for, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let (approval, draft) = (app.approval(&message).await, app.draft(&message).await);
    assert_eq!((approval.base_revision, approval.to_address.as_str()), (1, "visitor-1"));
    let other = Yes { revision: Some(2), ..yes(&draft) };
    let stale = app.engine.approve(&app.rep, &approval.id, other).await;
    assert!(matches!(stale, Err(EngineError::Decide(DecideError::Stale))), "{stale:?}");
    let same = Yes { revision: Some(1), ..yes(&draft) };
    app.engine.approve(&app.rep, &approval.id, same).await.unwrap();
});

each_database!(a_conversation_taken_over_is_a_persons_until_it_is_handed_back, |database| {
    use remit_engine::replies::Gesture;
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let id = &message.conversation_id;
    app.engine.gesture(&app.rep, id, Gesture::TakeOver).await.unwrap();
    assert_eq!(app.run_of(&message).await.closed_reason.as_deref(), Some("human_took_over"));
    let silent = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] Hello?").await;
    assert_eq!(app.decision(&silent).await.rule, "std_human_active");
    assert_eq!(app.actions(&silent).await, ["contact_blocked_inbound"]);
    app.engine.gesture(&app.rep, id, Gesture::HandBack).await.unwrap();
    let back = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] And now?").await;
    assert_eq!(app.run_of(&back).await.stage, Stage::Sent);
    app.engine.gesture(&app.rep, id, Gesture::Close).await.unwrap();
    assert_eq!(app.conversation(&back).await.status, "closed");
    assert!(app.actions(&back).await.is_empty());
});
