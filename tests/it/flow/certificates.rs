//! Autonomy is earned: what people's decisions prove lets answers leave, and audits take it back.

use remit_engine::EngineError;
use remit_engine::certificates::Standing;
use remit_engine::decide::person::{Edit, Yes};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::store::ingest::Ingested;
use remit_engine::store::{LabelWrite, Write, read};
use remit_tests::{TestApp, each_database, yes};

/// At one half the numbers are small: five answers without a mistake prove it.
const POLICY: &str = r#"remit 1
policy test "For tests"
autonomy controlled
undo 0s
team inbox
agent ada on email, chat, sms, whatsapp, voice
intent question "A question" { reply send from 0.50, else approval }
intent thanks "Thanks" { reply send from 0.50, else approval }
intent other { reply approval }
certificate answers "Answers" on question, thanks from 0.80
guard unproved: approval when not certified answers at 50%
  because "Not proved yet"
approvals { expire after 24h then escalate approvers team inbox }
"#;

async fn standing(app: &TestApp) -> Standing {
    app.engine.certificates(DEFAULT_WORKSPACE).await.unwrap().remove(0)
}

async fn visitor(app: &TestApp, number: usize, text: &str) -> Ingested {
    app.receive(ChannelKind::Chat, &format!("visitor-{number}"), text).await
}

/// Approves five drafts as they are, which is enough.
async fn earn(app: &TestApp) {
    for number in 0..5 {
        let message = visitor(app, number, "[question 0.93] When?").await;
        app.approve(&message).await.unwrap();
        app.settle().await;
    }
}

each_database!(approvals_prove_what_then_leaves_by_itself, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let first = visitor(&app, 100, "[question 0.93] When?").await;
    assert_eq!(app.decision(&first).await.rule, "unproved");
    let before = standing(&app).await;
    assert_eq!((before.state(), before.missing()), ("unproved", vec![(500, Some(5))]));
    let refused = app.engine.issue_certificate(&app.rep, "answers", None).await.unwrap();
    assert_eq!(refused.state(), "refused", "nothing is proved by no label");
    // That asking was one too many: the next may risk half as much, and needs one label more.
    assert_eq!(refused.missing(), [(500, Some(6))]);
    earn(&app).await;
    app.approve(&first).await.unwrap();
    let granted = app.engine.issue_certificate(&app.rep, "answers", None).await.unwrap();
    assert_eq!((granted.state(), granted.proof.sent, granted.proof.wrong), ("granted", 6, 0));
    let row = granted.decided.unwrap();
    assert_eq!((row.asked, row.share, row.by_name.as_str()), (2, 500, "Ana"));
    assert!(row.reason.starts_with("6 would have been sent, 0 wrong: at most "), "{}", row.reason);

    let proved = visitor(&app, 200, "[thanks 0.80] Thank you").await;
    assert_eq!(app.run_of(&proved).await.stage, Stage::Sent, "of the same certificate, and sure enough");
    let unsure = visitor(&app, 201, "[question 0.79] Maybe?").await;
    assert_eq!(app.decision(&unsure).await.rule, "unproved", "below the confidence that was proved");

    app.engine.revoke_certificate(&app.rep, "answers", "a new colleague looks after it").await.unwrap();
    let after = visitor(&app, 202, "[question 0.93] When?").await;
    assert_eq!(app.run_of(&after).await.stage, Stage::WaitingApproval);
    let again = app.engine.revoke_certificate(&app.rep, "answers", "again").await;
    assert!(matches!(again, Err(EngineError::NotFound { .. })), "{again:?}");
});

each_database!(rejections_rewritings_and_corrections_count_as_wrong_and_the_last_word_counts, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let rejected = visitor(&app, 1, "[question 0.93] When?").await;
    let approval = app.approval(&rejected).await;
    app.engine.reject(&app.rep, &approval.id, "not what was asked").await.unwrap();
    let edited = visitor(&app, 2, "[question 0.93] When?").await;
    let (approval, draft) = (app.approval(&edited).await, app.draft(&edited).await);
    let edit = Edit { subject: None, body_text: "Something else altogether, at 11 o'clock.".to_owned() };
    app.engine.approve(&app.rep, &approval.id, Yes { edit: Some(&edit), ..yes(&draft) }).await.unwrap();
    let approved = visitor(&app, 3, "[question 0.93] When?").await;
    app.approve(&approved).await.unwrap();
    let counted = |one: &Standing| (one.proof.sent, one.proof.wrong);
    assert_eq!(counted(&standing(&app).await), (3, 2));

    // Somebody says what it really was: that weighs more than the approval that went before.
    let said = app.engine.correct_intent(&app.rep, &approved.message_id, Some("thanks")).await.unwrap();
    assert_eq!((said.classified.as_deref(), said.wrong), (Some("question"), true));
    assert_eq!(counted(&standing(&app).await), (3, 3));
    assert!(app.timeline(&approved).await.contains("Ana said that this is thanks, not question"));
    let said = app.engine.correct_intent(&app.rep, &approved.message_id, Some("question")).await.unwrap();
    assert!(!said.wrong);
    assert_eq!(counted(&standing(&app).await), (3, 2), "the last word counts, and once");
    let unknown = app.engine.correct_intent(&app.rep, &approved.message_id, Some("nonsense")).await;
    assert!(matches!(unknown, Err(EngineError::NotFound { what: "intent", .. })), "{unknown:?}");

    // Another policy begins anew, whatever it changed.
    app.change_policy(&POLICY.replace("from 0.80", "from 0.90")).await;
    assert_eq!(counted(&standing(&app).await), (0, 0));
});

each_database!(a_certificate_is_void_under_another_policy_and_back_with_the_old_one, |database| {
    let app = TestApp::new(&database, POLICY).await;
    earn(&app).await;
    assert_eq!(app.engine.issue_certificate(&app.rep, "answers", None).await.unwrap().state(), "granted");
    app.change_policy(&POLICY.replace("For tests", "For the same tests")).await;
    let other = visitor(&app, 50, "[question 0.93] When?").await;
    assert_eq!(app.run_of(&other).await.stage, Stage::WaitingApproval);
    app.change_policy(POLICY).await;
    let back = visitor(&app, 51, "[question 0.93] When?").await;
    assert_eq!(app.run_of(&back).await.stage, Stage::Sent);
});

each_database!(audits_that_find_too_many_mistakes_take_the_certificate_back, |database| {
    let app = TestApp::new(&database, POLICY).await;
    earn(&app).await;
    app.engine.issue_certificate(&app.rep, "answers", None).await.unwrap();
    // One in twenty is drawn; which, hangs on its id.
    let mut sent = Vec::new();
    for number in 0..400 {
        sent.push(visitor(&app, 1000 + number, "[question 0.93] When?").await);
        if sent.len() >= 9 && !app.engine.spot_checks(DEFAULT_WORKSPACE, (0, ""), 1).await.unwrap().is_empty() {
            break;
        }
    }
    let drawn = app.engine.spot_checks(DEFAULT_WORKSPACE, (0, ""), 100).await.unwrap();
    assert!(!drawn.is_empty() && drawn.iter().all(|row| row.body_text.contains("When?")), "{drawn:?}");
    let (digest, model) = {
        let in_force = app.engine.policies().current(DEFAULT_WORKSPACE).unwrap();
        (in_force.policy.digest().to_owned(), in_force.classifier.id().to_owned())
    };
    // The others are drawn by hand, so that there are enough to tell.
    for message in sent.iter().take(9) {
        let draw = LabelWrite::Draw {
            message_id: message.message_id.clone(),
            policy_digest: digest.clone(),
            model: model.clone(),
            certificates: vec!["answers".to_owned()],
        };
        app.engine.commit_writes(DEFAULT_WORKSPACE, vec![Write::Labels(draw)]).await.unwrap();
    }
    let first = &sent[0].message_id;
    app.engine.spot_check(&app.rep, first, Some("question")).await.unwrap();
    let twice = app.engine.spot_check(&app.rep, first, Some("question")).await;
    assert!(matches!(twice, Err(EngineError::NotFound { what: "open spot check", .. })), "{twice:?}");
    for message in &sent[1..9] {
        assert!(app.engine.spot_check(&app.rep, &message.message_id, None).await.unwrap().wrong);
    }
    let broken = standing(&app).await;
    assert_eq!(broken.state(), "granted", "eight of nine at one half: not quite enough to be sure");
    let mut more = 0;
    while standing(&app).await.state() == "granted" {
        more += 1;
        assert!(more < 5, "it must break some time");
        let message = visitor(&app, 2000 + more, "[question 0.93] When?").await;
        let draw = LabelWrite::Draw {
            message_id: message.message_id.clone(),
            policy_digest: digest.clone(),
            model: model.clone(),
            certificates: vec!["answers".to_owned()],
        };
        app.engine.commit_writes(DEFAULT_WORKSPACE, vec![Write::Labels(draw)]).await.unwrap();
        app.engine.spot_check(&app.rep, &message.message_id, None).await.unwrap();
    }
    let row = standing(&app).await.decided.unwrap();
    assert_eq!((row.state.as_str(), row.by_name.as_str()), ("revoked", "remit"));
    assert!(row.reason.contains("audited answers were wrong"), "{}", row.reason);
    let after = visitor(&app, 3000, "[question 0.93] When?").await;
    assert_eq!(app.run_of(&after).await.stage, Stage::WaitingApproval);
    let mut reader = app.engine.db().read().await.unwrap();
    let rows = read::certificates(&mut reader.conn(), DEFAULT_WORKSPACE, &digest, &model).await.unwrap();
    assert_eq!(rows.len(), 1);
});

each_database!(a_certificate_of_one_model_lets_nothing_go_that_another_answered, |database| {
    let app = TestApp::new(&database, POLICY).await;
    earn(&app).await;
    let granted = app.engine.issue_certificate(&app.rep, "answers", None).await.unwrap();
    assert_eq!((granted.model.as_str(), granted.state()), ("told", "granted"));
    let spare = || async {
        let all = app.engine.certificates(DEFAULT_WORKSPACE).await.unwrap();
        all.into_iter().find(|one| one.model == "spare").unwrap()
    };
    assert_eq!(spare().await.state(), "unproved");

    // The usual model cannot be asked: the other one answers, of which nothing is proved.
    let by_spare = visitor(&app, 300, "[question 0.93 spare] When?").await;
    assert_eq!(app.decision(&by_spare).await.rule, "unproved");
    app.approve(&by_spare).await.unwrap();
    for number in 301..305 {
        let message = visitor(&app, number, "[question 0.93 spare] When?").await;
        app.approve(&message).await.unwrap();
    }
    app.settle().await;
    let labelled = (standing(&app).await.proof.sent, spare().await.proof.sent);
    assert_eq!(labelled, (5, 5), "what people say is about the model that gave the answer");

    let other = app.engine.issue_certificate(&app.rep, "answers", Some("nobody")).await;
    assert!(matches!(other, Err(EngineError::NotFound { what: "certificate", .. })), "{other:?}");
    let granted = app.engine.issue_certificate(&app.rep, "answers", Some("spare")).await.unwrap();
    assert_eq!((granted.model.as_str(), granted.state()), ("spare", "granted"));
    let leaves = visitor(&app, 400, "[question 0.93 spare] When?").await;
    assert_eq!(app.run_of(&leaves).await.stage, Stage::Sent, "by its own certificate");

    // Taken back, it is taken back from both.
    app.engine.revoke_certificate(&app.rep, "answers", "for a while").await.unwrap();
    for (number, text) in [(401, "[question 0.93] When?"), (402, "[question 0.93 spare] When?")] {
        let message = visitor(&app, number, text).await;
        assert_eq!(app.decision(&message).await.rule, "unproved", "{text}");
    }
});

each_database!(what_both_models_say_is_proved_at_a_lower_confidence_than_what_one_says, |database| {
    // Here `told` plays the answer that a language model and the policy's own classifier both give, with the confidence of
    // the latter, and `spare` the latter alone. No threshold is named: each gets the one that its own labels prove.
    let policy = POLICY.replace(" from 0.80", "").replace("send from 0.50", "send from 0.20");
    let app = TestApp::new(&database, &policy).await;
    for number in 0..5 {
        for text in ["[question 0.90] When?", "[question 0.30] When?", "[question 0.90 spare] When?"] {
            let message = visitor(&app, number, text).await;
            app.approve(&message).await.unwrap();
            app.settle().await;
        }
        let unsure = visitor(&app, number, "[question 0.30 spare] When?").await;
        let approval = app.approval(&unsure).await;
        app.engine.reject(&app.rep, &approval.id, "not what was asked").await.unwrap();
    }
    app.settle().await;
    for (model, from) in [("told", 300), ("spare", 900)] {
        let granted = app.engine.issue_certificate(&app.rep, "answers", Some(model)).await.unwrap();
        let row = granted.decided.clone().unwrap();
        assert_eq!((granted.state(), row.from_confidence, row.bound), ("granted", from, 500), "{model}: {row:?}");
    }
    for (number, text, stage) in [
        (10, "[question 0.30] When?", Stage::Sent),
        (11, "[question 0.29] When?", Stage::WaitingApproval),
        (12, "[question 0.30 spare] When?", Stage::WaitingApproval),
        (13, "[question 0.90 spare] When?", Stage::Sent),
    ] {
        let message = visitor(&app, number, text).await;
        assert_eq!(app.run_of(&message).await.stage, stage, "{text}");
    }
});

each_database!(messages_that_have_changed_take_the_certificate_back, |database| {
    let app = TestApp::new(&database, POLICY).await;
    earn(&app).await;
    for number in 100..200 {
        let message = visitor(&app, number, ["[question 0.93] When?", "[thanks 0.85] Thank you"][number % 2]).await;
        if number < 110 {
            app.approve(&message).await.unwrap();
        }
    }
    let granted = app.engine.issue_certificate(&app.rep, "answers", None).await.unwrap();
    assert_eq!((granted.state(), &granted.shifts), ("granted", &None), "nothing came since");
    for number in 200..300 {
        app.clock.advance(std::time::Duration::from_secs(60));
        visitor(&app, number, ["[question 0.93] When?", "[thanks 0.85] Thank you"][number % 2]).await;
    }
    let shifts = standing(&app).await.shifts.unwrap();
    assert!(shifts.len() == 4 && shifts.iter().all(|shift| !shift.alarm), "{shifts:?}");
    assert_eq!(app.engine.watch_drift(DEFAULT_WORKSPACE).await.unwrap(), []);
    assert!(app.engine.metrics_text().await.contains("remit_certificate_drift{certificate=\"answers\""));

    for number in 300..400 {
        visitor(&app, number, "Something that nobody here has an intent for").await;
    }
    let taken = app.engine.watch_drift(DEFAULT_WORKSPACE).await.unwrap();
    assert!(
        matches!(taken.as_slice(), [(name, why)] if name == "answers" && why.contains("no intent fits")),
        "{taken:?}"
    );
    let row = standing(&app).await.decided.unwrap();
    assert_eq!((row.state.as_str(), row.by_name.as_str()), ("revoked", "remit"));
    let after = visitor(&app, 500, "[question 0.93] When?").await;
    assert_eq!(app.run_of(&after).await.stage, Stage::WaitingApproval);
    // Once somebody has looked, it can be asked for again: then what came last is what messages are like.
    let again = app.engine.issue_certificate(&app.rep, "answers", None).await.unwrap();
    assert_eq!(again.state(), "granted");
    assert_eq!(app.engine.watch_drift(DEFAULT_WORKSPACE).await.unwrap(), []);
});
