//! People decide: once, on what they saw, and the gate is asked again.

use std::time::Duration;

use remit_engine::EngineError;
use remit_engine::decide::person::{DecideError, Edit, Yes};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::store::read;
use remit_tests::{TestApp, each_database, only, yes};

use super::POLICY;

each_database!(an_approved_draft_is_sent_as_it_was_seen, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Email, "bo@example.com", "[complaint 0.90] Not good").await;
    app.approve(&message).await.unwrap();
    app.settle().await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Sent, "no undo window after a person looked");
    let sent = app.outbound.recorder.sent();
    assert_eq!(sent.len(), 1);
    assert!(!sent[0].automatic, "a mail that a person approved is not automatic");
    assert!(app.actions(&message).await.is_empty());
});

each_database!(two_people_who_approve_at_once_send_one_message, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let approval = app.approval(&message).await;
    let mut reader = app.engine.db().read().await.unwrap();
    let draft = read::draft(&mut reader.conn(), DEFAULT_WORKSPACE, &approval.draft_id).await.unwrap().unwrap();
    drop(reader);
    let approve = || app.engine.approve(&app.rep, &approval.id, yes(&draft));
    let (first, second) = tokio::join!(approve(), approve());
    let failed = [first, second].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert!(
        matches!(&failed[..], [EngineError::Decide(DecideError::AlreadyDecided { by: Some(by), .. })] if by == "Ana"),
        "{failed:?}"
    );
    app.settle().await;
    assert_eq!(app.sent().len(), 1);
    let again = app.engine.approve(&app.rep, &approval.id, Yes { content_sha256: "whatever", ..yes(&draft) }).await;
    assert!(matches!(again, Err(EngineError::Decide(DecideError::AlreadyDecided { .. }))));
});

each_database!(an_edit_is_kept_beside_the_original_and_is_what_leaves, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let approval = app.approval(&message).await;
    let mut reader = app.engine.db().read().await.unwrap();
    let draft = read::draft(&mut reader.conn(), DEFAULT_WORKSPACE, &approval.draft_id).await.unwrap().unwrap();
    let edit = Edit { subject: None, body_text: "We are sorry. A colleague calls you today.".to_owned() };
    app.engine.approve(&app.rep, &approval.id, Yes { edit: Some(&edit), ..yes(&draft) }).await.unwrap();
    app.settle().await;
    assert_eq!(app.sent(), ["We are sorry. A colleague calls you today."]);
    let versions = read::draft_versions(&mut reader.conn(), DEFAULT_WORKSPACE, &draft.id).await.unwrap();
    let texts: Vec<_> = versions.iter().map(|version| (version.version, version.body_text.as_str())).collect();
    assert_eq!(texts, [(1, "An answer to your complaint."), (2, "We are sorry. A colleague calls you today.")]);
});

each_database!(an_approval_of_another_text_is_refused, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let approval = app.approval(&message).await;
    let draft = app.draft(&message).await;
    let wrong = app.engine.approve(&app.rep, &approval.id, Yes { content_sha256: "0000", ..yes(&draft) }).await;
    assert!(matches!(wrong, Err(EngineError::Decide(DecideError::DraftChanged { current: 1 }))), "{wrong:?}");
    app.settle().await;
    assert!(app.sent().is_empty());
    assert_eq!(app.run_of(&message).await.stage, Stage::WaitingApproval);
});

each_database!(a_rejected_draft_is_never_sent, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let approval = app.approval(&message).await;
    app.engine.reject(&app.rep, &approval.id, "wrong tone").await.unwrap();
    app.wait(Duration::from_secs(90_000)).await;
    let run = app.run_of(&message).await;
    assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("rejected")));
    assert!(app.sent().is_empty());
});

each_database!(what_nobody_decides_lapses_and_is_never_sent, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    app.wait(Duration::from_secs(24 * 3600)).await;
    let run = app.run_of(&message).await;
    assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("escalated")));
    assert!(app.sent().is_empty());
    assert_eq!(app.actions(&message).await, ["draft_expired", "escalation", "sla_risk"]);
});

each_database!(a_pause_withdraws_what_is_pending_and_stops_what_comes, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let scheduled = app.receive(ChannelKind::Email, "bo@example.com", "[question 0.95] When?").await;
    let mut reader = app.engine.db().read().await.unwrap();
    let conversation =
        read::conversation(&mut reader.conn(), DEFAULT_WORKSPACE, &scheduled.conversation_id).await.unwrap().unwrap();
    let contact = conversation.contact_id;
    drop(reader);
    let withdrawn = app.engine.pause(&app.rep, &contact, "in talks with the owner", None).await.unwrap();
    assert_eq!((withdrawn.stopped, withdrawn.in_flight), (1, 0));
    app.wait(Duration::from_secs(600)).await;
    assert!(app.sent().is_empty());

    let paused = app.receive(ChannelKind::Email, "bo@example.com", "[question 0.95] And?").await;
    assert_eq!(app.decision(&paused).await.rule, "std_paused");

    app.engine.resume(&app.rep, &contact, None).await.unwrap();
    let resumed = app.receive(ChannelKind::Email, "bo@example.com", "[question 0.95] Now?").await;
    app.wait(Duration::from_secs(600)).await;
    assert_eq!(app.run_of(&resumed).await.stage, Stage::Sent);
    assert_eq!(app.sent().len(), 1, "what was withdrawn stays withdrawn");
});

each_database!(a_policy_changed_before_the_send_is_obeyed, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Email, "bo@example.com", "[question 0.95] When?").await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Scheduled);
    let stricter = POLICY.replace("reply send from 0.80", "reply send from 0.99");
    app.engine.activate(DEFAULT_WORKSPACE, "test.remit", &only(&stricter), "test").await.unwrap();
    app.wait(Duration::from_secs(300)).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::WaitingApproval);
    assert!(app.sent().is_empty());
});

each_database!(a_policy_that_does_not_check_changes_nothing, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let before = app.engine.policies().current(DEFAULT_WORKSPACE).unwrap().policy.digest().to_owned();
    let broken = POLICY.replace("guard legal: escalate", "guard legal: aproval");
    let refused = app.engine.activate(DEFAULT_WORKSPACE, "test.remit", &only(&broken), "test").await;
    let Err(remit_engine::policies::PolicyError::Invalid(diagnostics)) = refused else {
        panic!("a policy with a misspelt outcome must not come into force")
    };
    assert_eq!(diagnostics[0].at.line, 22);
    let in_force = app.engine.policies().in_force(app.engine.db(), DEFAULT_WORKSPACE).await.unwrap();
    assert_eq!(in_force.policy.digest(), before);
});

each_database!(the_kill_switch_stops_what_waits_and_what_comes, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let scheduled = app.receive(ChannelKind::Email, "bo@example.com", "[question 0.95] When?").await;
    let pending = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let stopped = app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", true, "wrong prices", "Ana").await.unwrap();
    assert_eq!((stopped.stopped, stopped.in_flight), (1, 0), "a draft that waits for a person stays");
    assert_eq!(app.run_of(&scheduled).await.closed_reason.as_deref(), Some("stopped"));
    assert_eq!(app.actions(&scheduled).await, ["sending_stopped"]);
    assert!(app.timeline(&scheduled).await.contains("Ana stopped all sending: wrong prices"));

    let refused = app.approve(&pending).await;
    assert!(matches!(refused, Err(EngineError::Decide(DecideError::Stopped))), "{refused:?}");
    let coming = app.receive(ChannelKind::Chat, "visitor-2", "[question 0.95] Hello?").await;
    app.wait(Duration::from_secs(600)).await;
    assert_eq!(app.decision(&coming).await.rule, "std_kill_switch");
    assert_eq!(app.run_of(&coming).await.stage, Stage::Closed);
    assert_eq!(app.actions(&coming).await, ["sending_stopped"]);
    assert!(app.sent().is_empty());

    app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", false, "prices are right", "Ana").await.unwrap();
    app.wait(Duration::from_secs(600)).await;
    assert!(app.sent().is_empty(), "what was stopped is not flushed");
    app.approve(&pending).await.unwrap();
    app.settle().await;
    assert_eq!(app.sent().len(), 1);
});

each_database!(a_disabled_channel_answers_nobody, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let off = remit_engine::store::Write::ChannelStatus { id: "chn_chat".to_owned(), status: "disabled" };
    app.engine.commit_writes(DEFAULT_WORKSPACE, vec![off]).await.unwrap();
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] Hello?").await;
    assert_eq!(app.decision(&message).await.rule, "std_channel_disabled");
    assert!(app.sent().is_empty());
});

each_database!(without_an_intake_agent_a_person_is_asked, |database| {
    let policy = POLICY.replace("on email, chat, sms, whatsapp, voice", "on email");
    let app = TestApp::new(&database, &policy).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] Hello?").await;
    assert_eq!(app.decision(&message).await.rule, "std_no_agent");
    assert_eq!(app.actions(&message).await, ["no_intake_agent"]);
});
