//! Mail through SMTP both ways: what one Remit sends, another takes in.

use std::sync::Arc;

use remit_engine::adapters::SmtpOutbound;
use remit_engine::adapters::smtp_in::Protocol;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::mailroom::{self, EngineMailroom};
use remit_engine::ports::{Outbound, OutboundMessage, SendError};
use remit_tests::{TestApp, each_database};
use tokio_util::sync::CancellationToken;

use crate::flow::POLICY;

pub(crate) fn message(to: &str, key: &str) -> OutboundMessage {
    OutboundMessage {
        idempotency_key: key.to_owned(),
        channel: ChannelKind::Email,
        message_id: format!("{key}@customer.example"),
        from: "ann@customer.example".to_owned(),
        from_name: Some("Ann".to_owned()),
        to: to.to_owned(),
        to_name: None,
        subject: Some("Größe".to_owned()),
        body_text: "[question 0.95] When do you open?\n.\n.. dots\n".to_owned(),
        in_reply_to: None,
        references: Vec::new(),
        automatic: false,
        answers_at_ms: None,
        attachments: Vec::new(),
        at_ms: 1_772_532_000_000,
    }
}

each_database!(a_mail_that_is_sent_by_smtp_is_taken_in_by_smtp, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let mailroom = EngineMailroom::new(app.engine.clone(), DEFAULT_WORKSPACE);
    let serving = tokio::spawn(mailroom::listen(mailroom, listener, "test".to_owned(), Protocol::Smtp, stop.clone()));
    let smtp: Arc<dyn Outbound> = Arc::new(SmtpOutbound::from_url(&format!("smtp://{address}")).unwrap());
    smtp.send(&message("Email+reply@acme.example", "k1")).await.unwrap();
    // The answer was lost, and it comes again: once is enough.
    smtp.send(&message("email@acme.example", "k1")).await.unwrap();
    assert!(matches!(smtp.send(&message("nobody@acme.example", "k2")).await, Err(SendError::Refused(_))));
    app.settle().await;
    let mut reader = app.engine.db().read().await.unwrap();
    let contact = remit_engine::store::read::contact_of_address(
        &mut reader.conn(),
        DEFAULT_WORKSPACE,
        "email",
        "ann@customer.example",
    )
    .await;
    let contact = contact.unwrap().expect("the sender is a contact").0;
    let all = remit_engine::store::read::conversations_of_contact(&mut reader.conn(), DEFAULT_WORKSPACE, &contact, 10)
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].subject.as_deref(), Some("Größe"));
    let inbound = remit_engine::store::read::messages(&mut reader.conn(), DEFAULT_WORKSPACE, &all[0].id, i64::MAX, 10)
        .await
        .unwrap();
    let inbound: Vec<_> = inbound.iter().filter(|message| message.direction == "inbound").collect();
    assert_eq!(inbound.len(), 1);
    assert_eq!(inbound[0].full_text.trim(), "[question 0.95] When do you open?\n.\n.. dots");
    stop.cancel();
    serving.await.unwrap();
});
