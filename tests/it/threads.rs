//! Which conversation a mail belongs to: by our reply address, then by the ids that it names, and never by words alone.

use std::sync::Arc;
use std::time::Duration;

use remit_engine::adapters::Providers;
use remit_engine::channels::reply_token::Tokens;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::egress::Egress;
use remit_engine::ports::{Clock, SendClass};
use remit_engine::store::ingest::Ingested;
use remit_engine::store::read;
use remit_engine::{Options, domain::Stage};
use remit_tests::{Database, TestApp, each_database};

use crate::flow::POLICY;

const KEY: [u8; 32] = [7; 32];

async fn app(database: &Database) -> TestApp {
    let options = Options { reply_tokens: Some(Tokens::new(&KEY)), ..Options::default() };
    TestApp::tuned(database, &POLICY.replace("autonomy controlled", "autonomy full"), SendClass::Queryable, options)
        .await
}

/// A mail of somebody, with headers of its own.
async fn write(app: &TestApp, from: &str, id: &str, head: &str, text: &str) -> Ingested {
    let to = if head.contains("To: ") && !head.contains("In-Reply-To: ") { "" } else { "To: email@acme.example\n" };
    app.mail(&format!("From: {from}\nMessage-ID: <{id}>\n{to}{head}\n{text}\n")).await
}

/// Ann writes and is answered; gives her message and the address that our answer asks her to write to.
async fn answered(app: &TestApp) -> (Ingested, String, String) {
    let first =
        write(app, "Ann <ann@customer.example>", "1@customer.example", "Subject: Order\n", "[question 0.95] When?")
            .await;
    app.wait(Duration::from_secs(600)).await;
    let sent = app.outbound.recorder.sent().pop().expect("she is answered");
    let channel = app.channel(ChannelKind::Email).await;
    let clock = Arc::clone(&app.clock) as Arc<dyn Clock>;
    let dress = Providers::new(&KEY, Egress::default(), clock).dress(&channel);
    let mail = remit_engine::mail::read(&dress.compose(&sent).unwrap());
    let reply_to = mail.reply_to.expect("a reply address");
    assert!(reply_to.starts_with("email+") && reply_to.ends_with("@acme.example"), "{reply_to}");
    (first, reply_to, sent.message_id)
}

each_database!(case_035_042_043_our_reply_address_finds_the_conversation_whatever_became_of_the_headers, |database| {
    let app = app(&database).await;
    let (first, reply_to, _) = answered(&app).await;
    let same = |found: &Ingested| found.conversation_id == first.conversation_id;
    let shouted = reply_to.to_uppercase();
    // No header is left that names our mail: a provider gave it another Message-ID, or the program drops them.
    let head = format!("Delivered-To: {reply_to}\nSubject: Something else\n");
    assert!(same(&write(&app, "ann@customer.example", "2@customer.example", &head, "[complaint 0.9] Hm").await));
    let head = format!("Cc: <{shouted}>\nSubject: Order\n");
    assert!(same(&write(&app, "ann@customer.example", "3@customer.example", &head, "[complaint 0.9] Hm").await));
    // An altered token proves nothing; the ids still do, and without them it is a conversation of its own.
    let altered = reply_to.replace("@acme", "a@acme");
    let head = format!("Delivered-To: {altered}\nSubject: Order\n");
    assert!(!same(&write(&app, "ann@customer.example", "4@customer.example", &head, "[complaint 0.9] Hm").await));
    let head = format!("Delivered-To: {altered}\nIn-Reply-To: <1@customer.example>\nSubject: Order\n");
    assert!(same(&write(&app, "ann@customer.example", "5@customer.example", &head, "[complaint 0.9] Hm").await));

    // A colleague of hers got the mail and answers to our reply address: the same conversation, marked, and no machine
    // answers whom nobody has spoken to yet.
    let sent = app.sent().len();
    let head = format!("Delivered-To: {reply_to}\nSubject: Re: Order\n");
    let colleague = write(&app, "Cy <cy@customer.example>", "6@customer.example", &head, "[question 0.95] When?").await;
    app.wait(Duration::from_secs(600)).await;
    assert!(same(&colleague));
    assert!(app.timeline(&colleague).await.contains("they joined the conversation by our reply address"));
    assert!(app.conversation(&colleague).await.human_active);
    assert_ne!(app.run_of(&colleague).await.stage, Stage::Sent);
    assert_eq!(app.sent().len(), sent);
    assert!(!app.actions(&colleague).await.is_empty(), "a person is asked");
});

each_database!(case_036_038_041_ids_are_no_keys_and_subjects_are_none_either, |database| {
    let app = app(&database).await;
    let (first, _, ours) = answered(&app).await;
    // A stranger who names our Message-ID and quotes the subject is kept apart.
    let head = format!("In-Reply-To: <{ours}>\nReferences: <1@customer.example> <{ours}>\nSubject: Re: Order\n");
    let stranger = write(&app, "evil@elsewhere.example", "e1@elsewhere.example", &head, "[question 0.95] Well?").await;
    assert_ne!(stranger.conversation_id, first.conversation_id);
    assert!(app.timeline(&stranger).await.contains("kept apart"));
    // Two people who write "Hello".
    let one = write(&app, "bo@customer.example", "b1@customer.example", "Subject: Hello\n", "[complaint 0.9] Hm").await;
    let two = write(&app, "cy@customer.example", "c1@customer.example", "Subject: Hello\n", "[complaint 0.9] Hm").await;
    assert_ne!(one.conversation_id, two.conversation_id);
    // A mail that names itself, and two that name each other.
    let head =
        "In-Reply-To: <x1@customer.example>\nReferences: <x1@customer.example> <x2@customer.example>\nSubject: x\n";
    let circle = write(&app, "bo@customer.example", "x1@customer.example", head, "[complaint 0.9] Hm").await;
    let head =
        "In-Reply-To: <x1@customer.example>\nReferences: <x2@customer.example> <x1@customer.example>\nSubject: x\n";
    let round = write(&app, "bo@customer.example", "x2@customer.example", head, "[complaint 0.9] Hm").await;
    assert_eq!(circle.conversation_id, round.conversation_id);
});

each_database!(case_028_029_037_045_one_mail_is_one_message_and_ours_is_never_answered, |database| {
    let app = app(&database).await;
    let (first, _, ours) = answered(&app).await;
    // Another subject, the same ids.
    let head = format!("In-Reply-To: <{ours}>\nSubject: And now about something else\n");
    let other = write(&app, "ann@customer.example", "2@customer.example", &head, "[complaint 0.9] Hm").await;
    assert_eq!(other.conversation_id, first.conversation_id);
    // By a second way (another copy in Bcc, another server on its way) it is the same mail.
    let raw = "From: bo@customer.example\nTo: email@acme.example\nMessage-ID: <7@customer.example>\nSubject: x\n\n[complaint 0.9] Hm\n";
    let once = app.mail(raw).await;
    let again = app.mail(&format!("Received: by mx2.example\nDelivered-To: email+bcc@acme.example\n{raw}")).await;
    assert!(again.duplicate && again.message_id == once.message_id);
    // The same id with another text is another mail.
    let reused = app.mail(&raw.replace("Hm", "Something else")).await;
    assert!(!reused.duplicate);
    // Without an id, the bytes say whether it is the same.
    let bare = raw.replace("Message-ID: <7@customer.example>\n", "");
    let once = app.mail(&bare).await;
    assert!(!once.duplicate && app.mail(&bare).await.duplicate);
    // From our own address: kept, never answered.
    let sent = app.sent().len();
    let own = write(&app, "Email@acme.example", "9@acme.example", "Subject: x\n", "[question 0.95] When?").await;
    app.wait(Duration::from_secs(600)).await;
    assert_eq!(app.sent().len(), sent);
    let mut reader = app.engine.db().read().await.unwrap();
    let message = read::message(&mut reader.conn(), DEFAULT_WORKSPACE, &own.message_id).await.unwrap().unwrap();
    assert!(message.automated);
});
