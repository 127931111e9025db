//! Who is told, and how they can rely on it.

use std::time::Duration;

use remit_engine::domain::ChannelKind;
use remit_tests::{Receiver, TestApp, each_database};

use crate::events::webhooks::{deliveries, hook, sender, signed_by};
use crate::flow::POLICY;

each_database!(s26_a_webhook_target_that_refuses_twice_gets_the_same_id_and_body_with_a_new_signature, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let receiver = Receiver::start(&[503, 503]).await;
    let webhook = hook(&app, &receiver.url, &["message.received"]).await;
    let sender = sender(&app);
    app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Where is my order?").await;
    for (attempt, wait) in [(1, 6), (2, 360), (3, 0)] {
        receiver.wait_for(attempt).await;
        // The next attempt counts from when this one was kept.
        let made = i64::try_from(attempt).unwrap();
        let row = deliveries(&app, &webhook, |rows| rows.iter().any(|row| row.attempt == made)).await.remove(0);
        assert_eq!(row.state, if attempt == 3 { "delivered" } else { "pending" }, "{row:?}");
        assert_eq!(row.status, Some(if attempt == 3 { 204 } else { 503 }));
        app.clock.advance(Duration::from_secs(wait));
    }
    sender.stop().await;
    let posted = receiver.posted();
    assert_eq!(posted.len(), 3);
    let header = |at: usize, name: &str| posted[at].headers[name].clone();
    for again in [1, 2] {
        assert_eq!(header(again, "webhook-id"), header(0, "webhook-id"), "the same id");
        assert_eq!(posted[again].body, posted[0].body, "the same body");
        assert_ne!(header(again, "webhook-timestamp"), header(again - 1, "webhook-timestamp"), "a new time");
        assert_ne!(header(again, "webhook-signature"), header(again - 1, "webhook-signature"), "a new signature");
    }
    assert!(posted.iter().all(|post| signed_by(post, &webhook, 1)), "and every one is right");
    let event: serde_json::Value = serde_json::from_str(&posted[0].body).unwrap();
    assert_eq!((&event["type"], &event["id"]), (&"message.received".into(), &header(0, "webhook-id").into()));
    assert!(!posted[0].body.contains("order"), "no text leaves: {}", posted[0].body);
});
