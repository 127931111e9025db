//! What a draft meets outside of itself: what was said before, what belongs to others, what the policy asks for in it.

use remit_engine::decide::record::Record;
use remit_engine::domain::{ChannelKind, Stage};
use remit_engine::draft::check::Check;
use remit_engine::store::ingest::Ingested;
use remit_tests::{TestApp, each_database};

use super::POLICY;

/// A message whose draft a model writes: the text stands in it from behind, so that the customer has not said it.
fn asks(draft: &str) -> String {
    let turned: String = draft.chars().rev().collect();
    format!("[question 0.90] When? {{by model: {turned}}}")
}

async fn record(app: &TestApp, message: &Ingested) -> Record {
    serde_json::from_str(&app.decision(message).await.record).unwrap()
}

async fn checks(app: &TestApp, message: &Ingested) -> Vec<(Check, String)> {
    record(app, message).await.findings.into_iter().map(|finding| (finding.check, finding.words)).collect()
}

const KEPT: &str =
    "Backups are kept for as long as you wish, and you find all of them in the settings of your account.";

each_database!(a_model_that_says_the_same_again_asks_a_person_and_a_template_does_not, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let first = app.receive(ChannelKind::Chat, "visitor-1", &asks(KEPT)).await;
    assert_eq!((app.run_of(&first).await.stage, checks(&app, &first).await), (Stage::Sent, Vec::new()));
    let again = app.receive(ChannelKind::Chat, "visitor-1", &asks(&KEPT.replace("all of them", "them all"))).await;
    assert_eq!(app.run_of(&again).await.stage, Stage::WaitingApproval);
    assert_eq!(app.decision(&again).await.rule, "std_draft_doubtful");
    let found = checks(&app, &again).await;
    assert!(matches!(found.as_slice(), [(Check::Repeated, _)]), "{found:?}");
    assert_eq!(record(&app, &again).await.facts.get_yes("draft.repeated"), Some(true));
    // Somebody else has not heard it.
    let other = app.receive(ChannelKind::Chat, "visitor-2", &asks(KEPT)).await;
    assert_eq!(app.run_of(&other).await.stage, Stage::Sent);
    let told = || app.receive(ChannelKind::Chat, "visitor-3", "[question 0.90] When?");
    let (one, two) = (told().await, told().await);
    assert_eq!((app.run_of(&one).await.stage, app.run_of(&two).await.stage), (Stage::Sent, Stage::Sent));
});

each_database!(a_policy_can_ask_whether_anything_is_said_again, |database| {
    let policy = format!("{POLICY}guard again: approval when draft.repeated\n  because \"We have said this\"\n");
    let app = TestApp::new(&database, &policy).await;
    let told = || app.receive(ChannelKind::Chat, "visitor-1", "[question 0.90] When?");
    let (one, two) = (told().await, told().await);
    assert_eq!((app.run_of(&one).await.stage, app.run_of(&two).await.stage), (Stage::Sent, Stage::WaitingApproval));
    assert_eq!(app.decision(&two).await.rule, "again");
});

each_database!(what_belongs_to_another_contact_is_looked_up, |database| {
    let app = TestApp::new(&database, &POLICY.replace("2 replies per contact", "50 replies per contact")).await;
    let mail = "From: Anna Meyer <anna@other.example>\nTo: inbox@acme.example\nSubject: My order\n\n[complaint 0.90] My order is AX-4711882.\n";
    app.mail(mail).await;
    let asked = |number: usize, draft: &str| {
        let (from, text) = (format!("visitor-{number}"), asks(draft));
        let app = &app;
        async move { app.receive(ChannelKind::Chat, &from, &text).await }
    };
    // What is nobody's need not be looked up.
    let harmless = asked(2, "Thank you, we look into it.").await;
    assert_eq!(app.run_of(&harmless).await.stage, Stage::Sent);

    app.engine.index_all().await.unwrap();
    for (number, draft, words) in [
        (3, "This was asked by Anna Meyer, too.", "Anna Meyer"),
        (4, "Please write to anna@other.example.", "anna@other.example"),
        (5, "Is AX-4711882 the order?", "AX-4711882"),
    ] {
        let message = asked(number, draft).await;
        assert_eq!(app.run_of(&message).await.stage, Stage::WaitingApproval, "{draft}");
        let found = checks(&app, &message).await;
        assert!(found.contains(&(Check::OtherContact, words.to_owned())), "{draft}: {found:?}");
    }
    // The contact's own are nobody else's.
    let own = mail.replace(
        "[complaint 0.90] My order is AX-4711882.",
        &asks("The order AX-4711882 of Anna Meyer is on its way."),
    );
    let own = app.mail(&own.replace("My order", "Again")).await;
    let found = checks(&app, &own).await;
    assert!(found.iter().all(|(check, _)| *check != Check::OtherContact), "{found:?}");
    let nobody = asked(6, "This was asked by Bert Brecht, too.").await;
    let found = checks(&app, &nobody).await;
    assert!(found.iter().all(|(check, _)| *check == Check::Names), "{found:?}");
});

each_database!(how_many_others_were_told_the_same_is_a_fact, |database| {
    let policy =
        format!("{POLICY}guard mass: approval when draft.alike >= 2\n  because \"One answer for everybody\"\n");
    let app = TestApp::new(&database, &policy).await;
    let mut stages = Vec::new();
    for number in 0..3 {
        let message = app.receive(ChannelKind::Chat, &format!("visitor-{number}"), &asks(KEPT)).await;
        stages.push(app.run_of(&message).await.stage);
    }
    assert_eq!(stages, [Stage::Sent, Stage::Sent, Stage::WaitingApproval]);
    // What a template says is the same for everybody, and no sign of anything.
    let told = app.receive(ChannelKind::Chat, "visitor-9", "[question 0.90] When?").await;
    assert_eq!(app.run_of(&told).await.stage, Stage::Sent);
});

each_database!(what_the_policy_asks_for_must_be_in_the_draft, |database| {
    let policy = POLICY.replace(
        "intent question \"A question\" { reply",
        "detector notice on draft { words \"a machine wrote this\" }\nintent question \"A question\" { draft model answer with notice reply",
    );
    let app = TestApp::new(&database, &policy).await;
    let without = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.90] When?").await;
    assert_eq!(app.decision(&without).await.rule, "std_draft_doubtful");
    let record = record(&app, &without).await;
    assert_eq!(record.facts.get_yes("draft.missing"), Some(true));
    assert!(record.findings.iter().any(|one| one.check == Check::Missing && one.says.contains("notice")));
    let with = app.receive(ChannelKind::Chat, "visitor-2", &asks("Thank you. A machine wrote this.")).await;
    assert_eq!(app.run_of(&with).await.stage, Stage::Sent);
});
