//! Keys that are for certain networks only.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use http_body_util::BodyExt;
use remit_api::http::{App, router};
use remit_tests::each_database;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Api, MASTER};

/// What the server says to somebody with a key who connects from `peer`, with what they say of where they come from.
async fn asked(router: &Router, secret: &str, peer: Option<&str>, said: &[&str]) -> (u16, Value) {
    let mut request = Request::get("/api/v1/session").header("authorization", format!("Bearer {secret}"));
    for line in said {
        request = request.header("x-forwarded-for", *line);
    }
    let mut request = request.body(Body::empty()).unwrap();
    if let Some(peer) = peer {
        request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
    }
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

each_database!(a_key_for_a_network_is_good_from_there_alone, |database| {
    let api = Api::new(&database).await;
    for (networks, at) in [
        (json!(["10.0.0.0/33"]), "/networks/0"),
        (json!(["10.0.0.0/8", "example.com"]), "/networks/1"),
        (json!(vec!["10.0.0.1"; 21]), "/networks"),
    ] {
        let refused = api.post("owner", "/api/v1/keys", json!({ "name": "a", "networks": networks })).await;
        assert_eq!(refused.pointers()[0].0, at);
    }
    let networks = json!(["10.1.0.0/16", "2001:db8::/32", "192.0.2.7"]);
    let made = api.post("owner", "/api/v1/keys", json!({ "name": "a", "networks": networks })).await.good();
    assert_eq!(made["key"]["networks"], networks);
    let secret = made["secret"].as_str().unwrap();
    let open = api.post("owner", "/api/v1/keys", json!({ "name": "b" })).await.good();
    assert_eq!(open["key"]["networks"], json!([]));

    let straight = &api.router;
    for (peer, is_good) in [
        (Some("10.1.2.3:5000"), true),
        (Some("[::ffff:10.1.2.3]:5000"), true),
        (Some("[2001:db8::5]:5000"), true),
        (Some("192.0.2.7:1"), true),
        (Some("192.0.2.8:1"), false),
        (Some("10.2.0.1:5000"), false),
        (Some("[2001:db9::5]:5000"), false),
        (None, false),
    ] {
        let (status, body) = asked(straight, secret, peer, &[]).await;
        assert_eq!(status, if is_good { 200 } else { 403 }, "{peer:?}: {body}");
        assert!(is_good || body["code"] == "wrong_network", "{body}");
        // What is said is not believed where nobody was told to, and other keys do not mind.
        let (status, _) = asked(straight, secret, peer, &["10.1.2.3"]).await;
        assert_eq!(status, if is_good { 200 } else { 403 }, "{peer:?}");
        assert_eq!(asked(straight, open["secret"].as_str().unwrap(), peer, &[]).await.0, 200);
    }

    let proxies = ["203.0.113.0/24".parse().unwrap(), "127.0.0.1".parse().unwrap()];
    let behind = router(App::new(api.app.engine.clone(), MASTER).with_proxies(proxies.to_vec()));
    for (peer, said, is_good) in [
        ("203.0.113.9:1", &["10.1.2.3"][..], true),
        ("203.0.113.9:1", &["10.1.2.3:4711"], true),
        ("203.0.113.9:1", &["10.1.2.3, 203.0.113.8"], true),
        ("203.0.113.9:1", &["10.1.2.3", "203.0.113.8, 127.0.0.1"], true),
        // Only the last word is a proxy's; what stands before it anybody may have written.
        ("203.0.113.9:1", &["10.1.2.3, 198.51.100.1"], false),
        ("203.0.113.9:1", &["10.1.2.3", "198.51.100.1"], false),
        ("203.0.113.9:1", &["10.1.2.3, nonsense"], false),
        ("203.0.113.9:1", &[], false),
        ("198.51.100.1:1", &["10.1.2.3"], false),
        ("10.1.2.3:1", &["198.51.100.1"], true),
    ] {
        let (status, body) = asked(&behind, secret, Some(peer), said).await;
        assert_eq!(status, if is_good { 200 } else { 403 }, "{peer} {said:?}: {body}");
    }
    let (_, body) = asked(&behind, secret, Some("203.0.113.9:1"), &["198.51.100.1"]).await;
    assert!(body["detail"].as_str().unwrap().contains("198.51.100.1"), "{body}");
});
