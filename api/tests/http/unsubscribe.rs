//! One click, and no more mail: by the address in our own mail, for whoever acts and not for whoever only looks.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request};
use remit_engine::adapters::Providers;
use remit_engine::domain::ChannelKind;
use remit_engine::egress::Egress;
use remit_engine::mail;
use remit_engine::ports::Clock;
use remit_tests::each_database;
use serde_json::json;

use crate::support::{Api, MASTER, Reply};

async fn call(api: &Api, method: Method, path: &str, body: &str) -> Reply {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    api.request(request.body(Body::from(body.to_owned())).unwrap()).await
}

each_database!(case_057_a_click_acts_and_a_look_does_not, |database| {
    let api = Api::new(&database).await;
    let settings = json!({ "provider": "mail_server", "settings": { "public_url": "https://inbox.acme.example/" } });
    api.call("manager", Method::PUT, "/api/v1/channels/chn_email/provider", Some(settings)).await.good();
    let body = json!({
        "channel_id": "chn_email",
        "to": { "address": "ann@example.org" },
        "subject": "News",
        "body_text": "We have something new.",
    });
    let begun = api.post("closer", "/api/v1/conversations", body).await.good();
    api.app.settle().await;
    // The mail as it leaves by SMTP.
    let channel = api.app.channel(ChannelKind::Email).await;
    let clock = Arc::clone(&api.app.clock) as Arc<dyn Clock>;
    let sent = api.app.outbound.recorder.sent().pop().unwrap();
    let dress = Providers::new(&MASTER, Egress::default(), clock).dress(&channel);
    let whole = String::from_utf8(dress.compose(&sent).unwrap()).unwrap().replace("\r\n\t", "").replace("\r\n ", "");
    let line = |name: &str| whole.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).map(str::to_owned);
    assert_eq!(line("List-Unsubscribe-Post:").as_deref(), Some("List-Unsubscribe=One-Click"));
    let url = line("List-Unsubscribe:").unwrap();
    let path = url.trim_matches(['<', '>', ' ']).strip_prefix("https://inbox.acme.example").unwrap().to_owned();
    assert!(mail::read(whole.as_bytes()).reply_to.is_some());

    let contact = begun["contact"]["id"].as_str().unwrap().to_owned();
    let suppressed = async || {
        let mut reader = api.app.engine.db().read().await.unwrap();
        let ws = remit_engine::domain::DEFAULT_WORKSPACE;
        let row = remit_engine::store::read::contact(&mut reader.conn(), ws, &contact).await.unwrap().unwrap();
        row.suppressed.contains("opted_out")
    };
    // A scanner fetches it, some more than once; one posts nothing to it.
    for _ in 0..2 {
        let page = call(&api, Method::GET, &path, "").await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.text());
        assert!(page.text().contains("<form method=\"post\">") && !page.text().contains("ann@"));
    }
    assert_eq!(call(&api, Method::POST, &path, "").await.status.as_u16(), 422);
    assert!(!suppressed().await, "looking changes nothing");
    for wrong in [path.replace("chn_email", "chn_sms"), format!("{}2", &path[..path.len() - 1]), format!("{path}a")] {
        if wrong != path {
            assert_eq!(
                call(&api, Method::POST, &wrong, "List-Unsubscribe=One-Click").await.status.as_u16(),
                404,
                "{wrong}"
            );
        }
    }
    for _ in 0..2 {
        let done = call(&api, Method::POST, &path, "List-Unsubscribe=One-Click").await;
        assert_eq!(done.status.as_u16(), 200, "{}", done.text());
        assert_eq!(done.header("location"), "", "no redirect");
        assert_eq!(done.header("set-cookie"), "", "no cookie");
    }
    assert!(suppressed().await);
    // From then on nothing is written to them by mail unless a person knows and says so.
    let reply = json!({ "body_text": "One more" });
    let path = format!("/api/v1/conversations/{}/replies", begun["id"].as_str().unwrap());
    assert_ne!(api.post("closer", &path, reply).await.status.as_u16(), 201);

    // What was told about somebody goes with them, also where it is about no message; and what is old goes by itself.
    let erase = format!("/api/v1/contacts/{contact}/erase");
    api.call("manager", Method::POST, &erase, None).await.good();
    let rows = async |table: &str| {
        let rows = database.rows().await;
        rows.into_iter().filter(|row| row.starts_with(&format!("{table} "))).collect::<Vec<_>>()
    };
    for table in ["provider_event", "provider_request"] {
        let kept = rows(table).await;
        assert_eq!(kept.len(), 1, "{table}: {kept:?}");
        assert!(!kept[0].contains("ann@example.org") && !kept[0].contains("One-Click"), "{kept:?}");
    }
    api.app.engine.forget_told().await.unwrap();
    assert_eq!(rows("provider_request").await.len(), 1, "not yet");
    api.app.clock.advance(std::time::Duration::from_secs(91 * 86_400));
    api.app.engine.forget_told().await.unwrap();
    assert_eq!((rows("provider_request").await.len(), rows("provider_event").await.len()), (0, 1));
    api.app.clock.advance(std::time::Duration::from_secs(310 * 86_400));
    api.app.engine.forget_told().await.unwrap();
    assert!(rows("provider_event").await.is_empty());
});
