//! Who writes to us, who of us reads it, and what is logged by hand.

use std::time::Duration;

use remit_engine::decide::reply::LinkedIn;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::store::read::{ConversationFilter, Only};
use remit_engine::store::{Write, inbox, read};
use remit_tests::{TestApp, each_database};

use crate::flow::POLICY;

const SURE: &str = "[question 0.95] When?";

each_database!(s20_an_unknown_sender_by_sms_becomes_a_contact_and_a_person_is_asked, |database| {
    let policy = POLICY.replace("route {", "guard stranger: approval when contact.new\nroute {");
    let app = TestApp::new(&database, &policy).await;
    let message = app.receive(ChannelKind::Sms, "+41791234567", SURE).await;
    let contact = app.contact(&message).await;
    assert_eq!(contact.inbound_count, 1);
    let mut reader = app.engine.db().read().await.unwrap();
    let addresses = read::contact_addresses(&mut reader.conn(), DEFAULT_WORKSPACE, &contact.id).await.unwrap();
    assert_eq!(addresses.iter().map(|row| row.address.as_str()).collect::<Vec<_>>(), ["+41791234567"]);
    let filter = ConversationFilter { channel: Some("sms"), only: Only::RequiresAction };
    let list =
        inbox::page(&mut reader.conn(), DEFAULT_WORKSPACE, &app.rep.id, filter, (i64::MAX, "~"), 10).await.unwrap();
    assert_eq!(
        list.iter().map(|row| row.conversation.id.as_str()).collect::<Vec<_>>(),
        [message.conversation_id.as_str()]
    );
    assert_eq!(app.run_of(&message).await.stage, Stage::WaitingApproval);
    assert!(app.sent().is_empty());
});

each_database!(s21_a_channel_that_is_switched_off_keeps_what_comes_in_and_answers_nobody, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let queued = app.receive(ChannelKind::Email, "bo@example.com", SURE).await;
    let stopped = app
        .engine
        .set_channel_active(DEFAULT_WORKSPACE, "chn_email", false, "the account is sold", "Ana")
        .await
        .unwrap();
    assert_eq!((stopped.stopped, stopped.in_flight), (1, 0), "what was queued is taken back");
    let message = app.receive(ChannelKind::Email, "cy@example.com", SURE).await;
    app.wait(Duration::from_secs(3600)).await;
    assert_eq!(app.decision(&message).await.rule, "std_channel_disabled");
    assert_eq!(app.actions(&message).await, ["no_intake_agent"]);
    assert_eq!(app.actions(&queued).await, ["sending_stopped"]);
    assert!(app.sent().is_empty());
    let refused = app.reply(&message, "A person here.").await;
    assert!(refused.unwrap_err().to_string().contains("switched off"));
    app.engine.set_channel_active(DEFAULT_WORKSPACE, "chn_email", true, "", "Ana").await.unwrap();
    app.wait(Duration::from_secs(3600)).await;
    assert!(app.sent().is_empty(), "nothing is flushed");
});

each_database!(s22_without_an_intake_agent_the_message_is_kept_and_a_person_called, |database| {
    let app = TestApp::new(&database, &POLICY.replace("on email, chat, sms, whatsapp, voice", "on email")).await;
    let message = app.receive(ChannelKind::Whatsapp, "+41791234567", SURE).await;
    assert_eq!(app.decision(&message).await.rule, "std_no_agent");
    assert_eq!(app.actions(&message).await, ["no_intake_agent"]);
    assert!(app.timeline(&message).await.contains("No AI agent answers on this channel"));
});

each_database!(s23_a_third_party_who_answers_in_a_thread_is_not_taken_for_the_contact, |database| {
    let app = TestApp::new(&database, &POLICY.replace("autonomy controlled", "autonomy full")).await;
    let first = app
        .mail("From: Bo <bo@example.com>\nTo: email@acme.example\nCc: cy@example.org\nMessage-ID: <1@example.com>\nSubject: Order\n\n[question 0.95] When?\n")
        .await;
    app.wait(Duration::from_secs(600)).await;
    assert_eq!(app.sent().len(), 1);
    let third = app
        .mail("From: Cy <cy@example.org>\nTo: email@acme.example\nMessage-ID: <2@example.org>\nIn-Reply-To: <1@example.com>\nReferences: <1@example.com>\nSubject: Re: Order\n\n[question 0.95] Please cancel it.\n")
        .await;
    app.wait(Duration::from_secs(600)).await;
    assert_ne!(third.conversation_id, first.conversation_id, "a message id is no key to somebody's thread");
    assert_eq!(app.decision(&third).await.rule, "std_third_party");
    assert_eq!(app.run_of(&third).await.stage, Stage::WaitingApproval);
    assert_eq!(app.actions(&third).await, ["approval_pending"]);
    assert_eq!(app.conversation(&third).await.team.as_deref(), Some("inbox"));
    assert_eq!(app.sent().len(), 1);
    assert!(app.timeline(&third).await.contains("quotes a message of another contact's conversation"));
});

each_database!(s27_a_list_that_is_paged_while_mail_arrives_loses_and_repeats_nothing, |database| {
    let app = TestApp::new(&database, POLICY).await;
    for visitor in 0..40 {
        app.store(ChannelKind::Chat, &format!("visitor-{visitor}"), "[complaint 0.9] Hm").await;
        app.clock.advance(Duration::from_millis(visitor % 3));
    }
    app.settle().await;
    let mut reader = app.engine.db().read().await.unwrap();
    let (conn, all) = (&mut reader.conn(), ConversationFilter::default());
    let rows = inbox::page(conn, DEFAULT_WORKSPACE, &app.rep.id, all, (i64::MAX, "~"), 100).await.unwrap();
    let before: Vec<String> = rows.into_iter().map(|row| row.conversation.id).collect();
    assert_eq!(before.len(), 40);
    drop(reader);
    app.clock.advance(Duration::from_secs(1));
    let (mut start, mut seen): ((i64, String), Vec<String>) = ((i64::MAX, "~".to_owned()), Vec::new());
    for turn in 0.. {
        let mut reader = app.engine.db().read().await.unwrap();
        let conn = &mut reader.conn();
        let filter = ConversationFilter::default();
        let page = inbox::page(conn, DEFAULT_WORKSPACE, &app.rep.id, filter, (start.0, &start.1), 7).await.unwrap();
        drop(reader);
        let Some(last) = page.last() else { break };
        start = (last.conversation.last_activity_at, last.conversation.id.clone());
        seen.extend(page.into_iter().map(|row| row.conversation.id));
        // Somebody new writes between two pages: they come above, not in between.
        app.receive(ChannelKind::Chat, &format!("latecomer-{turn}"), "[complaint 0.9] Hm").await;
    }
    assert_eq!(seen, before);
});

each_database!(s28_what_one_rep_has_seen_another_has_not, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let bo = app.colleague("Bo", "closer").await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.9] Hm").await;
    let seen = Write::UnreadClear { rep_id: app.rep.id.clone(), conversation_id: message.conversation_id.clone() };
    app.engine.commit_writes(DEFAULT_WORKSPACE, vec![seen]).await.unwrap();
    let mut reader = app.engine.db().read().await.unwrap();
    for (rep, unread) in [(&app.rep, 0), (&bo, 1)] {
        let row = inbox::one(&mut reader.conn(), DEFAULT_WORKSPACE, &message.conversation_id, &rep.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.unread, unread, "{}", rep.name);
    }
});

each_database!(s29_a_note_with_an_address_and_a_name_stays_inside_and_calls_the_colleague, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let bo = app.colleague("Bo", "closer").await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.9] Hm").await;
    let before =
        app.engine.add_note(&app.rep, &message.conversation_id, "write to customer@ana.example").await.unwrap();
    let mut reader = app.engine.db().read().await.unwrap();
    let mentions = |rep: &str| {
        let rep = rep.to_owned();
        let app = &app;
        async move {
            let mut reader = app.engine.db().read().await.unwrap();
            read::mentions(&mut reader.conn(), DEFAULT_WORKSPACE, &rep, i64::MAX, "~", 10).await.unwrap()
        }
    };
    assert!(mentions(&app.rep.id).await.is_empty(), "an address calls nobody: {before}");
    let note = app
        .engine
        .add_note(&app.rep, &message.conversation_id, "@Bo please mail bo@example.com, @nobody")
        .await
        .unwrap();
    app.wait(Duration::from_secs(3600)).await;
    assert!(app.sent().is_empty());
    let called = mentions(&bo.id).await;
    assert_eq!(called.iter().map(|row| row.note_id.as_str()).collect::<Vec<_>>(), [note.as_str()]);
    assert_eq!(app.actions(&message).await, ["approval_pending", "mention"]);
    assert!(app.timeline(&message).await.contains("Ana called Bo in a note"));
    let row =
        inbox::one(&mut reader.conn(), DEFAULT_WORKSPACE, &message.conversation_id, &bo.id).await.unwrap().unwrap();
    assert!(row.unread > 0);
});

each_database!(s30_a_comment_on_linkedin_is_logged_and_nothing_more, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.9] Hm").await;
    let revision = app.conversation(&message).await.revision;
    let at = "2026-03-01T08:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let id = app
        .engine
        .log_linkedin(&app.rep, &message.conversation_id, LinkedIn::Comment, "Congratulated on the launch", at)
        .await
        .unwrap();
    app.wait(Duration::from_secs(60)).await;
    let mut reader = app.engine.db().read().await.unwrap();
    let rows = read::timeline(&mut reader.conn(), DEFAULT_WORKSPACE, &message.conversation_id, i64::MAX, "~", 50).await;
    let row = rows.unwrap().into_iter().find(|row| row.id == id).unwrap();
    assert_eq!((row.kind.as_str(), row.actor_kind.as_str(), row.at), ("linkedin_comment", "rep", at));
    assert_eq!(row.actor_name.as_deref(), Some("Ana"));
    assert!(row.data.contains("Congratulated on the launch"));
    let conversation = app.conversation(&message).await;
    assert_eq!(conversation.revision, revision, "it is no message");
    assert!(app.sent().is_empty());
    assert_eq!(app.run_of(&message).await.stage, Stage::WaitingApproval, "what the AI has pending is not touched");
    let empty = app.engine.log_linkedin(&app.rep, &message.conversation_id, LinkedIn::Message, " ", at).await;
    assert!(empty.is_err());
});
