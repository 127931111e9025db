//! Signing in with a provider that a test runs: what it says is believed when it has signed it for us, just now, for the
//! browser that began; everything else lets nobody in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{Form, State};
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::PrivateSigningKey;
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey};
use openidconnect::{JsonWebKeyId, PkceCodeChallenge, PkceCodeVerifier};
use remit_api::http::{App, Site, router};
use remit_engine::egress::{Allowed, Egress};
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::office::send;
use crate::support::{Api, MASTER, Reply};

const ED25519: &str = include_str!("keys/provider-ed25519.pem");
const STRANGER: &str = include_str!("keys/stranger-ed25519.pem");
const RSA: &str = include_str!("keys/provider-rsa.pem");
const HOME: &str = "https://inbox.acme.example";

/// What the provider answers to each code, and what it was asked.
#[derive(Default)]
struct Answers {
    /// By code: the challenge that was sent, and the token.
    codes: HashMap<String, (String, String)>,
    asked: Vec<HashMap<String, String>>,
}

#[derive(Clone)]
struct Provider {
    issuer: String,
    answers: Arc<Mutex<Answers>>,
}

impl Provider {
    async fn begin() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self { issuer, answers: Arc::default() };
        #[expect(clippy::disallowed_methods, reason = "this is another server")]
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        provider
    }

    /// The provider lets somebody in: a code for the browser to bring back.
    fn lets_in(&self, code: &str, challenge: &str, token: String) {
        let mut answers = self.answers.lock().unwrap();
        answers.codes.insert(code.to_owned(), (challenge.to_owned(), token));
    }

    fn claims(&self, subject: &str, nonce: &str) -> Value {
        // The clock of the tests stands at 10:00 of 3 March 2026.
        json!({ "iss": self.issuer, "sub": subject, "aud": "remit", "iat": 1_772_532_000, "exp": 1_772_532_300,
            "nonce": nonce, "email": "ana@acme.example", "email_verified": true, "name": "Ana Alba" })
    }
}

async fn configuration(State(provider): State<Provider>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "RS256"],
    }))
}

async fn keys() -> Json<Value> {
    let one = ed25519(ED25519).as_verification_key();
    let other = rsa().as_verification_key();
    Json(json!({ "keys": [serde_json::to_value(one).unwrap(), serde_json::to_value(other).unwrap()] }))
}

async fn token(
    State(provider): State<Provider>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    let mut answers = provider.answers.lock().unwrap();
    answers.asked.push(form.clone());
    let refuse = || (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" })));
    // A code is good once, and for who knows the verifier.
    let (challenge, token) = answers.codes.remove(&form["code"]).ok_or_else(refuse)?;
    let verifier = PkceCodeVerifier::new(form["code_verifier"].clone());
    if PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str() != challenge {
        return Err(refuse());
    }
    Ok(Json(json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token })))
}

fn ed25519(pem: &str) -> CoreEdDsaPrivateSigningKey {
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(pem, Some(JsonWebKeyId::new("ed".to_owned()))).unwrap()
}

fn rsa() -> CoreRsaPrivateSigningKey {
    CoreRsaPrivateSigningKey::from_pem(RSA, Some(JsonWebKeyId::new("rsa".to_owned()))).unwrap()
}

fn parts(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}

fn signed_by(pem: &str, claims: &Value) -> String {
    let body = parts(&json!({ "alg": "EdDSA", "kid": "ed" }), claims);
    let signature = ed25519(pem).sign(&CoreJwsSigningAlgorithm::EdDsa, body.as_bytes()).unwrap();
    format!("{body}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn signed(claims: &Value) -> String {
    signed_by(ED25519, claims)
}

/// A browser that goes to the provider: its cookie, and what it was sent there with.
struct Away {
    cookie: String,
    query: HashMap<String, String>,
}

async fn ask(api: &Api, path: &str, cookie: &str) -> Reply {
    let request = Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap();
    api.request(request).await
}

async fn leave(api: &Api, provider: &Provider) -> Away {
    let reply = ask(api, "/api/v1/session/oidc/start?return_to=/inbox", "").await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    let set = reply.header("set-cookie");
    assert!(set.starts_with("__Host-remit_sign_in=") && set.contains("HttpOnly; SameSite=Lax; Max-Age=600; Secure"));
    let to = url::Url::parse(reply.header("location")).unwrap();
    assert!(to.as_str().starts_with(&format!("{}/authorize?", provider.issuer)), "{to}");
    let query: HashMap<String, String> = to.query_pairs().into_owned().collect();
    assert_eq!((query["response_type"].as_str(), query["client_id"].as_str()), ("code", "remit"));
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(query["redirect_uri"], format!("{HOME}/api/v1/session/oidc/callback"));
    assert_eq!(query["scope"], "openid email profile");
    Away { cookie: set.split(';').next().unwrap().to_owned(), query }
}

async fn back(api: &Api, away: &Away, code: &str) -> Reply {
    let path = format!("/api/v1/session/oidc/callback?code={code}&state={}&session_state=x", away.query["state"]);
    ask(api, &path, &away.cookie).await
}

/// Somebody who goes, is let in with these claims, and comes back.
async fn comes(api: &Api, provider: &Provider, claims: impl FnOnce(&str) -> Value) -> Reply {
    let away = leave(api, provider).await;
    let claims = claims(&away.query["nonce"]);
    provider.lets_in("code-1", &away.query["code_challenge"], signed(&claims));
    back(api, &away, "code-1").await
}

/// Who a browser is that was signed in.
async fn who(api: &Api, reply: &Reply) -> Value {
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/inbox"), "{}", reply.text());
    let cookies: Vec<&str> = reply.headers.get_all("set-cookie").iter().map(|one| one.to_str().unwrap()).collect();
    assert!(cookies[1].starts_with("__Host-remit_sign_in=;"), "{cookies:?}");
    let session = cookies[0].split(';').next().unwrap();
    ask(api, "/api/v1/session", session).await.good()
}

async fn with(database: &remit_tests::Database, provider: &Provider, more: Value) -> Api {
    let mut api = Api::new(database).await;
    let egress = Egress::new(vec!["127.0.0.0/8".parse::<Allowed>().unwrap()]);
    let app = App::new(api.app.engine.clone(), MASTER).with_egress(egress).with_site(Site::at(HOME).unwrap());
    api.router = router(app);
    let mut sign_in =
        json!({ "name": "Acme", "issuer": provider.issuer, "client_id": "remit", "client_secret": "s3cret-of-ours" });
    sign_in.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let body = Some(json!({ "sign_in": sign_in }));
    send(&api, "owner", axum::http::Method::PATCH, "/api/v1/settings", "\"v1\"", body).await.good();
    api
}

each_database!(people_sign_in_with_a_provider_as_whom_it_introduced, |database| {
    let provider = Provider::begin().await;
    let api = with(&database, &provider, json!({})).await;
    let methods = ask(&api, "/api/v1/session/methods", "").await.good();
    assert_eq!(methods["provider"], json!({ "name": "Acme", "start_path": "/api/v1/session/oidc/start" }));
    // Ana was added before; her address is verified, so it is her. From then on it is her whatever her address is.
    let first = comes(&api, &provider, |nonce| provider.claims("a-1", nonce)).await;
    let ana = who(&api, &first).await;
    assert_eq!((ana["user"]["id"].as_str(), ana["role"].as_str()), (Some(api.app.rep.id.as_str()), Some("owner")));
    assert_eq!(ana["credential"], "session");
    let asked = provider.answers.lock().unwrap().asked.last().unwrap().clone();
    assert_eq!(asked["redirect_uri"], format!("{HOME}/api/v1/session/oidc/callback"));
    let moved = |nonce: &str| {
        let mut claims = provider.claims("a-1", nonce);
        claims["email"] = json!("closer@acme.example");
        claims["email_verified"] = json!(false);
        claims
    };
    let again = comes(&api, &provider, moved).await;
    assert_eq!(who(&api, &again).await["user"]["id"], ana["user"]["id"]);
    // Signed by a key of the other kind that it has.
    let away = leave(&api, &provider).await;
    let body = parts(&json!({ "alg": "RS256", "kid": "rsa" }), &provider.claims("a-1", &away.query["nonce"]));
    let signature = rsa().sign(&CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, body.as_bytes()).unwrap();
    let token = format!("{body}.{}", BASE64URL_NOPAD.encode(&signature));
    provider.lets_in("code-2", &away.query["code_challenge"], token);
    let third = back(&api, &away, "code-2").await;
    assert_eq!(who(&api, &third).await["user"]["id"], ana["user"]["id"]);

    // Whom nobody added does not get in, nor whose address is not verified, nor who is disabled.
    let stranger = |email: &'static str, verified: bool| {
        let provider = provider.clone();
        move |nonce: &str| {
            let mut claims = provider.claims("b-1", nonce);
            claims["email"] = json!(email);
            claims["email_verified"] = json!(verified);
            claims
        }
    };
    comes(&api, &provider, stranger("eve@evil.example", true)).await.problem(403, "not_invited");
    comes(&api, &provider, stranger("closer@acme.example", false)).await.problem(403, "email_not_verified");
    let users = api.data("owner", "/api/v1/users?limit=100").await;
    let closer = users.iter().find(|user| user["email"] == "closer@acme.example").unwrap();
    let path = format!("/api/v1/users/{}", closer["id"].as_str().unwrap());
    let off = Some(json!({ "version": closer["version"], "disabled": true }));
    api.call("owner", axum::http::Method::PATCH, &path, off).await.good();
    comes(&api, &provider, stranger("closer@acme.example", true)).await.problem(403, "not_invited");
    // The secret is shown by nothing and lies sealed in the store.
    let shown = api.get("manager", "/api/v1/settings").await;
    assert_eq!(shown.good()["sign_in"]["client_secret_set"], true);
    assert!(!shown.text().contains("s3cret-of-ours"));
    assert!(!database.rows().await.iter().any(|row| row.contains("s3cret-of-ours")));
});

each_database!(what_is_not_signed_for_us_now_and_here_lets_nobody_in, |database| {
    let provider = Provider::begin().await;
    let api = with(&database, &provider, json!({})).await;
    let sessions = async || database.rows().await.iter().filter(|row| row.starts_with("session ")).count();
    let before = sessions().await;
    type Token = Box<dyn Fn(Value) -> String>;
    let wrong: Vec<(&str, Token)> = vec![
        (
            "another nonce",
            Box::new(|mut claims| {
                claims["nonce"] = json!("x");
                signed(&claims)
            }),
        ),
        (
            "no nonce",
            Box::new(|mut claims| {
                claims.as_object_mut().unwrap().remove("nonce");
                signed(&claims)
            }),
        ),
        (
            "for another",
            Box::new(|mut claims| {
                claims["aud"] = json!("others");
                signed(&claims)
            }),
        ),
        (
            "by another",
            Box::new(|mut claims| {
                claims["iss"] = json!("https://evil.example");
                signed(&claims)
            }),
        ),
        (
            "run out",
            Box::new(|mut claims| {
                claims["exp"] = json!(1_772_531_999);
                signed(&claims)
            }),
        ),
        ("another key", Box::new(|claims| signed_by(STRANGER, &claims))),
        ("no signature", Box::new(|claims| parts(&json!({ "alg": "none" }), &claims) + ".")),
        (
            "changed",
            Box::new(|claims| {
                let token = signed(&claims);
                let (_, signature) = token.rsplit_once('.').unwrap();
                let mut other = claims;
                other["sub"] = json!("somebody-else");
                format!("{}.{signature}", parts(&json!({ "alg": "EdDSA", "kid": "ed" }), &other))
            }),
        ),
        (
            "signed with what both know",
            Box::new(|claims| {
                use hmac::{Hmac, KeyInit, Mac};
                let body = parts(&json!({ "alg": "HS256" }), &claims);
                let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"s3cret-of-ours").unwrap();
                mac.update(body.as_bytes());
                format!("{body}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
            }),
        ),
    ];
    for (what, token) in wrong {
        let away = leave(&api, &provider).await;
        let token = token(provider.claims("a-1", &away.query["nonce"]));
        provider.lets_in("code-1", &away.query["code_challenge"], token);
        let reply = back(&api, &away, "code-1").await;
        assert_eq!(reply.status, 502, "{what}: {}", reply.text());
        reply.problem(502, "provider_failed");
    }
    let good = |away: &Away| signed(&provider.claims("a-1", &away.query["nonce"]));
    // Brought back by another browser: by who sent somebody a link, say.
    let away = leave(&api, &provider).await;
    provider.lets_in("code-1", &away.query["code_challenge"], good(&away));
    let other = leave(&api, &provider).await;
    let theirs = Away { cookie: other.cookie, query: away.query.clone() };
    back(&api, &theirs, "code-1").await.problem(403, "link_ended");
    let without = Away { cookie: String::new(), query: away.query.clone() };
    back(&api, &without, "code-1").await.problem(403, "link_ended");
    let made_up = format!("/api/v1/session/oidc/callback?code=code-1&state={}", "x".repeat(20));
    ask(&api, &made_up, &away.cookie).await.problem(403, "link_ended");
    // Once: who comes back twice finds that it is used.
    assert_eq!(back(&api, &away, "code-1").await.status, 303);
    back(&api, &away, "code-1").await.problem(403, "link_ended");
    // Not after ten minutes, and not when the provider let nobody in.
    let away = leave(&api, &provider).await;
    api.app.clock.advance(std::time::Duration::from_secs(601));
    back(&api, &away, "code-1").await.problem(403, "link_ended");
    let away = leave(&api, &provider).await;
    let refused = format!("/api/v1/session/oidc/callback?error=access_denied&state={}", away.query["state"]);
    ask(&api, &refused, &away.cookie).await.problem(401, "sign_in_failed");
    for away_to in ["//evil.example", "https://evil.example", "%5Cevil"] {
        ask(&api, &format!("/api/v1/session/oidc/start?return_to={away_to}"), "").await.problem(400, "invalid_query");
    }
    assert_eq!(sessions().await, before + 1);
});

each_database!(roles_follow_what_the_provider_says_where_that_is_set, |database| {
    let provider = Provider::begin().await;
    let more =
        json!({ "role_claim": "groups", "roles": { "support": "closer", "leads": "manager" }, "add_people": true });
    let api = with(&database, &provider, more).await;
    let new = |groups: Value| {
        let provider = provider.clone();
        move |nonce: &str| {
            let mut claims = provider.claims("n-1", nonce);
            claims["email"] = json!("New@Acme.example");
            claims["groups"] = groups;
            claims
        }
    };
    comes(&api, &provider, new(json!(["cooks"]))).await.problem(403, "not_invited");
    let first = comes(&api, &provider, new(json!(["support", "cooks"]))).await;
    let first = who(&api, &first).await;
    assert_eq!((first["role"].as_str(), first["user"]["email"].as_str()), (Some("closer"), Some("new@acme.example")));
    assert_eq!(first["user"]["name"], "Ana Alba");
    let second = comes(&api, &provider, new(json!(["support", "leads"]))).await;
    let second = who(&api, &second).await;
    assert_eq!((second["role"].as_str(), &second["user"]["id"]), (Some("manager"), &first["user"]["id"]));
    // Who has lost every group does not get in any more, with the password neither there being none.
    comes(&api, &provider, new(json!([]))).await.problem(403, "not_invited");
    let trail = api.data("owner", "/api/v1/audit").await;
    let actions: Vec<&str> = trail.iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert!(actions.contains(&"added_by_provider") && actions.contains(&"role_by_provider"), "{actions:?}");
    for wrong in [
        json!({ "issuer": "http://10.0.0.1/" }),
        json!({ "issuer": "ftp://x" }),
        json!({ "role_claim": null }),
        json!({ "roles": { "x": "emperor" } }),
        json!({ "scopes": ["a b"] }),
    ] {
        let mut sign_in = json!({ "name": "Acme", "issuer": provider.issuer, "client_id": "remit", "role_claim": "groups", "roles": { "a": "viewer" } });
        sign_in.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let body = Some(json!({ "sign_in": sign_in }));
        let reply = send(&api, "owner", axum::http::Method::PATCH, "/api/v1/settings", "\"v2\"", body).await;
        reply.problem(422, "invalid");
    }
    let none = Some(json!({ "sign_in": null }));
    send(&api, "owner", axum::http::Method::PATCH, "/api/v1/settings", "\"v2\"", none).await.good();
    ask(&api, "/api/v1/session/oidc/start", "").await.problem(404, "not_found");
    assert_eq!(ask(&api, "/api/v1/session/methods", "").await.good()["provider"], Value::Null);
});
