//! Each outcome of the gate, and what it leaves behind.

use std::time::Duration;

use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::store::read;
use remit_tests::{TestApp, each_database};

use super::POLICY;

each_database!(a_sure_answer_leaves_on_its_own_and_says_which_rule_let_it, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.93] Where is my invoice?").await;

    assert_eq!(app.run_of(&message).await.stage, Stage::Sent);
    assert_eq!(app.sent(), ["An answer to your question."]);
    let decision = app.decision(&message).await;
    assert_eq!((decision.outcome.as_str(), decision.gate.as_str()), ("send", "draft"));
    assert_eq!(decision.rule_file, "test.remit");
    assert!(decision.rule_line > 1);
    assert!(app.actions(&message).await.is_empty());
    let timeline = app.timeline(&message).await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(timeline, @r"
        message_received   A message by chat from visitor-1
        classified         Classified as question, confidence 0.93
        drafted            Drafted a reply of 5 words (told)
        decided            Decided send: rule `question` (test.remit:13:32)
        message_sent       Sent the reply by chat on its own
        ");
    }
});

each_database!(an_answer_that_was_paid_for_is_stored_before_the_next_step, |database| {
    let paid = TestApp::new(&database, &POLICY.replacen("policy test", "policy paid", 1)).await;
    let message = paid.receive(ChannelKind::Chat, "visitor-1", "[question 0.93] Where is my invoice?").await;
    let run = paid.run_of(&message).await;
    // Classified, drafted, decided and claimed, sent.
    assert_eq!((run.stage, run.version), (Stage::Sent, 5));
});

each_database!(answers_that_cost_nothing_are_stored_with_the_decision, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.93] Where is my invoice?").await;
    let run = app.run_of(&message).await;
    // Decided and claimed, sent.
    assert_eq!((run.stage, run.version), (Stage::Sent, 3));
});

each_database!(an_unsure_answer_waits_for_a_person, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.60] Where is my invoice?").await;

    assert_eq!(app.run_of(&message).await.stage, Stage::WaitingApproval);
    assert!(app.sent().is_empty());
    assert_eq!(app.decision(&message).await.outcome, "approval");
    assert_eq!(app.actions(&message).await, ["approval_pending"]);
    let mut reader = app.engine.db().read().await.unwrap();
    let conversation =
        read::conversation(&mut reader.conn(), DEFAULT_WORKSPACE, &message.conversation_id).await.unwrap().unwrap();
    assert!(conversation.requires_action);
    assert_eq!(conversation.team.as_deref(), Some("inbox"));
});

each_database!(a_message_at_night_is_held_until_the_office_opens, |database| {
    let app = TestApp::new(&database, POLICY).await;
    // 21:30 in Berlin on a Tuesday.
    app.clock.advance(Duration::from_secs((10 * 60 + 30) * 60));
    let message = app.receive(ChannelKind::Sms, "+41791234567", "[question 0.95] Are you there?").await;

    let run = app.run_of(&message).await;
    assert_eq!(run.stage, Stage::Held);
    assert_eq!(run.ready_at, Some("2026-03-04T08:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond()));
    assert!(app.sent().is_empty());

    app.wait(Duration::from_secs(11 * 3600 + 29 * 60)).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Held, "one minute too early");
    app.wait(Duration::from_secs(60)).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Sent);
    assert_eq!(app.sent().len(), 1);
});

each_database!(a_threat_calls_a_person_whatever_the_intent, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.99] My lawyer will write to you").await;

    let run = app.run_of(&message).await;
    assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("escalated")));
    let decision = app.decision(&message).await;
    assert_eq!((decision.outcome.as_str(), decision.rule.as_str()), ("escalate", "legal"));
    assert_eq!(app.actions(&message).await, ["escalation"]);
    assert!(run.draft_id.is_none(), "no draft is made for a message that will not be answered");
});

each_database!(an_opt_out_is_obeyed_and_not_answered, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Email, "bo@example.com", "[unsubscribe 0.97] Remove me").await;
    assert_eq!(app.decision(&message).await.outcome, "off");
    assert!(app.actions(&message).await.is_empty(), "what was asked for is done");

    let again = app.receive(ChannelKind::Email, "bo@example.com", "[question 0.99] By the way?").await;
    let decision = app.decision(&again).await;
    assert_eq!((decision.outcome.as_str(), decision.rule.as_str()), ("off", "std_opted_out"));
    assert_eq!(app.actions(&again).await, ["contact_blocked_inbound"]);
    assert!(app.sent().is_empty());
});

each_database!(a_classifier_that_fails_sends_nothing, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[broken] Hello?").await;
    assert_eq!(app.decision(&message).await.outcome, "escalate", "the strictest band of the file");
    assert!(app.sent().is_empty());
});

each_database!(mail_waits_for_the_undo_window, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Email, "bo@example.com", "[question 0.95] When?").await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Scheduled);
    app.wait(Duration::from_secs(299)).await;
    assert!(app.sent().is_empty());
    app.wait(Duration::from_secs(1)).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Sent);
    let sent = app.outbound.recorder.sent();
    assert_eq!(sent[0].to, "bo@example.com");
    assert!(sent[0].automatic);
    assert!(sent[0].message_id.ends_with("@acme.example"));
});

each_database!(the_third_answer_of_a_day_waits_for_the_next, |database| {
    let app = TestApp::new(&database, POLICY).await;
    for _ in 0..2 {
        app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] And this?").await;
    }
    assert_eq!(app.sent().len(), 2);
    let third = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] And that?").await;
    let run = app.run_of(&third).await;
    assert_eq!(run.stage, Stage::Held);
    assert_eq!(app.decision(&third).await.rule, "daily");
    // The next day at nine in Berlin.
    assert_eq!(run.ready_at, Some("2026-03-04T08:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond()));
    let other = app.receive(ChannelKind::Chat, "visitor-2", "[question 0.95] And me?").await;
    assert_eq!(app.run_of(&other).await.stage, Stage::Sent);
});

each_database!(a_newer_message_replaces_what_was_pending, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let first = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.60] First").await;
    let second = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.60] Second").await;
    let run = app.run_of(&first).await;
    assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("superseded")));
    assert_eq!(app.run_of(&second).await.stage, Stage::WaitingApproval);
    assert_eq!(first.conversation_id, second.conversation_id);
    assert_eq!(app.actions(&second).await, ["approval_pending"]);
});

each_database!(the_same_facts_and_policy_give_the_same_verdict_again, |database| {
    let app = TestApp::new(&database, POLICY).await;
    for text in ["[question 0.95] a", "[question 0.60] b", "[complaint 0.9] c", "[broken] d", "my lawyer", "{no draft}"]
    {
        let message = app.receive(ChannelKind::Chat, "visitor-1", text).await;
        let decision = app.decision(&message).await;
        let record: remit_engine::decide::record::Record = serde_json::from_str(&decision.record).unwrap();
        let in_force = app.engine.policies().current(DEFAULT_WORKSPACE).unwrap();
        assert_eq!(decision.policy_digest, in_force.policy.digest());
        assert_eq!(in_force.policy.decide(&record.facts), record.verdict, "{text}");
    }
});

each_database!(a_second_intent_and_what_speaks_for_a_close_look_are_facts_that_tighten, |database| {
    let policy = POLICY.to_owned()
        + "guard grim: escalate when second_intent is complaint\n  because \"A complaint in passing is a complaint\"\n\
           guard mixed: approval when message.mixed\n  because \"It is about two things\"\n\
           guard risky: escalate when message.risk >= 0.80\n  because \"Look at it\"\n";
    let app = TestApp::new(&database, &policy).await;
    let rule = async |number: usize, text: &str| {
        let message = app.receive(ChannelKind::Chat, &format!("visitor-{number}"), text).await;
        (app.run_of(&message).await.stage, app.decision(&message).await.rule)
    };
    assert_eq!(rule(1, "[question 0.93] Where is my invoice?").await.0, Stage::Sent);
    let mixed = rule(2, "[question 0.93 and other] Where is it? And one more thing").await;
    assert_eq!(mixed, (Stage::WaitingApproval, "mixed".to_owned()));
    assert_eq!(rule(3, "[question 0.93 and complaint] Where is it? It never works").await.1, "grim");
    assert_eq!(rule(4, "[question 0.93] Answer, or I will take you to court and sue you").await.1, "risky");
});
