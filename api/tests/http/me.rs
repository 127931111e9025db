//! What people change about themselves.

use axum::body::Body;
use axum::http::{Method, Request};
use remit_api::http::new_key;
use remit_engine::access::Browser;
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::store::read;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, Reply};

const PATH: &str = "/api/v1/me";

/// A browser in which somebody is signed in: its cookie.
async fn browser(api: &Api, role: &str, number: u8) -> String {
    let mut reader = api.app.engine.db().read().await.unwrap();
    let found = read::rep_by_email(&mut reader.conn(), DEFAULT_WORKSPACE, &format!("{role}@acme.example")).await;
    let rep = found.unwrap().unwrap();
    drop(reader);
    let (token, token_sha256) = new_key(&[number; 32]);
    api.app.engine.sign_in(&rep, Browser { token_sha256, name: "test".to_owned() }, None).await.unwrap();
    format!("remit_session={token}")
}

async fn change(api: &Api, cookie: &str, tag: &str, body: Value) -> Reply {
    let mut request = Request::builder().method(Method::PATCH).uri(PATH).header("cookie", cookie);
    request = request.header("sec-fetch-site", "same-origin").header("content-type", "application/json");
    if !tag.is_empty() {
        request = request.header("if-match", tag);
    }
    api.request(request.body(Body::from(body.to_string())).unwrap()).await
}

each_database!(people_name_themselves_and_set_what_is_their_own, |database| {
    let api = Api::new(&database).await;
    let seen = api.get("viewer", PATH).await;
    let me = seen.good();
    let field = |name: &str| me[name].clone();
    assert_eq!(
        [field("name"), field("signature"), field("theme"), field("shortcuts")],
        [json!("Rep viewer"), json!(""), json!("auto"), json!(true)]
    );
    let tag = seen.header("etag").to_owned();
    let cookie = browser(&api, "viewer", 201).await;
    // A key changes nothing about its person.
    api.send("viewer", Method::PATCH, PATH, ("if-match", &tag), Some(json!({ "name": "V" })))
        .await
        .problem(403, "wrong_credential");
    change(&api, &cookie, "", json!({ "name": "V" })).await.problem(428, "precondition_required");
    let wanted = json!({ "name": "Vera", "signature": "Vera\nAcme", "theme": "dark" });
    let changed = change(&api, &cookie, &tag, wanted).await.good();
    assert_eq!(
        (&changed["name"], &changed["theme"], &changed["shortcuts"]),
        (&json!("Vera"), &json!("dark"), &json!(true))
    );
    let late = change(&api, &cookie, &tag, json!({ "name": "W" })).await;
    assert_eq!(late.problem(412, "version_conflict")["current_version"], changed["version"]);
    let tag = format!("\"v{}\"", changed["version"]);
    let off = change(&api, &cookie, &tag, json!({ "shortcuts": false })).await.good();
    assert_eq!(
        (&off["signature"], &off["shortcuts"], &off["theme"]),
        (&json!("Vera\nAcme"), &json!(false), &json!("dark"))
    );
    let tag = format!("\"v{}\"", off["version"]);
    for wrong in [
        json!({ "name": " " }),
        json!({ "theme": "pink" }),
        json!({ "role": "owner" }),
        json!({ "email": "else@acme.example" }),
        json!({ "signature": "x".repeat(2001) }),
    ] {
        change(&api, &cookie, &tag, wrong).await.problem(422, "invalid");
    }
    // Colleagues see the name; settings are one's own, and the role is as it was.
    let user = api.get("owner", &format!("/api/v1/users/{}", me["id"].as_str().unwrap())).await.good();
    assert_eq!((&user["name"], &user["role"]), (&json!("Vera"), &json!("viewer")));
    assert_eq!(api.get("closer", PATH).await.good()["theme"], "auto");
    // What an owner changes meanwhile is not lost.
    let theirs = format!("/api/v1/users/{}", me["id"].as_str().unwrap());
    let role = json!({ "role": "closer" });
    api.send("owner", Method::PATCH, &theirs, ("if-match", &tag), Some(role)).await.good();
    change(&api, &cookie, &tag, json!({ "theme": "light" })).await.problem(412, "version_conflict");
});
