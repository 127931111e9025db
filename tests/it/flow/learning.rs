//! What people say that messages are about becomes examples, in every process alike.

use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::store::read;
use remit_engine::store::rows::MessageRow;
use remit_tests::{TestApp, each_database};

async fn message(app: &TestApp, id: &str) -> MessageRow {
    let mut reader = app.engine.db().read().await.unwrap();
    read::message(&mut reader.conn(), DEFAULT_WORKSPACE, id).await.unwrap().unwrap()
}

async fn model(app: &TestApp) -> String {
    let in_force = app.engine.policies().in_force(app.engine.db(), DEFAULT_WORKSPACE).await.unwrap();
    in_force.classifier.id().to_owned()
}

each_database!(twenty_corrections_are_learned_and_their_like_is_known_from_then_on, |database| {
    let app = TestApp::shipped(&database, "default.remit").await;
    let before = model(&app).await;
    assert_eq!(app.engine.learn_anew(DEFAULT_WORKSPACE).await.unwrap(), None, "nobody has said anything");
    let mut ids = Vec::new();
    for number in 0..20 {
        let text = format!("Does the zeppelin number {number} moor beside your hangar, captain?");
        let stored = app.receive(ChannelKind::Chat, &format!("visitor-{number}"), &text).await;
        ids.push(stored.message_id);
    }
    assert_ne!(message(&app, &ids[0]).await.intent.as_deref(), Some("pricing"));
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(app.engine.learn_anew(DEFAULT_WORKSPACE).await.unwrap(), None, "{number} are too few");
        app.engine.correct_intent(&app.rep, id, Some("pricing")).await.unwrap();
        app.clock.advance(std::time::Duration::from_secs(1));
    }
    let learned = app.engine.learn_anew(DEFAULT_WORKSPACE).await.unwrap().unwrap();
    assert_eq!(learned.lessons, 20);
    assert_eq!(model(&app).await, learned.model);
    assert_ne!(learned.model, before);
    assert_eq!(app.engine.learn_anew(DEFAULT_WORKSPACE).await.unwrap(), None, "nothing new since");

    let like =
        app.receive(ChannelKind::Chat, "visitor-99", "Does the zeppelin moor at your hangar today, captain?").await;
    let like = message(&app, &like.message_id).await;
    assert_eq!((like.intent.as_deref(), like.classifier), (Some("pricing"), Some(learned.model)));
});
