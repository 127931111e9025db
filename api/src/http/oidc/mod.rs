//! Signing in with a provider of OpenID Connect: authorisation code, PKCE, state and nonce.
//!
//! What must not be changed on the way (state, nonce, verifier, where to go then) is kept in the store, and a cookie binds
//! it to the browser that began, so that nobody can be signed in as somebody else by a link. The provider is called by
//! the one way out. Its word for somebody is issuer and subject; a mail address counts once, and only when it says that
//! it has verified it.

pub(crate) mod callback;
pub(crate) mod methods;
pub(crate) mod setting;
pub(crate) mod start;

use std::time::Duration;

use axum::http::{Method, Response};
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use remit_engine::egress::{Egress, EgressError, Request};

use super::error::{ApiError, ErrorCode};
use super::state::App;
use setting::{Kept, kept};

/// Where people come back to, without the slash before it.
const CALLBACK: &str = "api/v1/session/oidc/callback";
/// How long a provider may take to answer.
const WITHIN: Duration = Duration::from_secs(10);
/// How much of its answer is read.
const MOST_BYTES: usize = 512 * 1024;
/// How an id token may be signed: by a key that only the provider has.
const SIGNED: [CoreJwsSigningAlgorithm; 6] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Somebody about to go to the provider.
struct Leaving {
    /// Where to.
    location: String,
    /// What they must bring back.
    state: String,
    nonce: String,
    verifier: String,
}

/// Who a provider says that somebody is.
#[derive(Debug)]
struct Introduced {
    subject: String,
    /// Where it says that it has verified it.
    email: Option<String>,
    name: Option<String>,
    /// Every claim of the id token.
    claims: serde_json::Value,
}

/// The provider of the workspace that people sign in to, or 404.
async fn provider(app: &App) -> Result<Kept, ApiError> {
    let set = app.engine().settings(remit_engine::domain::DEFAULT_WORKSPACE).await?;
    kept(set.sign_in.as_deref()).ok_or_else(|| ApiError::not_found("provider to sign in with"))
}

fn failed(what: &'static str) -> impl Fn(String) -> ApiError {
    move |error| {
        tracing::warn!(error, "the sign-in provider: {what}");
        ApiError::new(ErrorCode::ProviderFailed, format!("The provider could not be asked: {what}."))
    }
}

/// Makes a call for the library, by the one way out.
async fn call(egress: Egress, request: HttpRequest) -> Result<HttpResponse, EgressError> {
    let refused = |why: &str| EgressError::Refused(why.to_owned());
    let mut headers = Vec::new();
    for name in ["accept", "authorization", "content-type"] {
        if let Some(value) = request.headers().get(name) {
            headers.push((name, value.to_str().map_err(|_| refused("a header is no text"))?.to_owned()));
        }
    }
    let method = if request.method() == Method::GET { "GET" } else { "POST" };
    let url = request.uri().to_string();
    let call = Request { method, url: &url, headers: &headers, body: request.body(), most_bytes: MOST_BYTES };
    let answer = egress.call(call, WITHIN).await?;
    if !answer.whole {
        return Err(EgressError::Failed("the answer is too long".to_owned()));
    }
    let mut response = Response::new(answer.body);
    *response.status_mut() =
        answer.status.try_into().map_err(|_| EgressError::Failed("the answer has no status".to_owned()))?;
    *response.headers_mut() = answer.headers;
    Ok(response)
}

/// What the provider says of itself.
async fn discovered(app: &App, kept: &Kept) -> Result<CoreProviderMetadata, ApiError> {
    let egress = app.egress().clone();
    let http = move |request| call(egress.clone(), request);
    let issuer = IssuerUrl::new(kept.issuer.clone()).map_err(|error| failed("its address")(error.to_string()))?;
    let found = CoreProviderMetadata::discover_async(issuer, &http).await;
    found.map_err(|error| failed("what it says of itself")(format!("{error:?}")))
}

/// Where to send somebody who wants to sign in.
async fn leave(app: &App, kept: &Kept) -> Result<Leaving, ApiError> {
    let metadata = discovered(app, kept).await?;
    let redirect = RedirectUrl::new(app.site().page(CALLBACK)).map_err(|_| ApiError::internal())?;
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(kept.client_id.clone()), None)
        .set_redirect_uri(redirect);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut request = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .set_pkce_challenge(challenge);
    for scope in &kept.scopes {
        request = request.add_scope(Scope::new(scope.clone()));
    }
    let (location, state, nonce) = request.url();
    Ok(Leaving {
        location: location.into(),
        state: state.into_secret(),
        nonce: nonce.secret().clone(),
        verifier: verifier.into_secret(),
    })
}

/// Asks the provider who came back with a code, and believes what it has signed for us, just now and for this.
async fn introduce(
    app: &App,
    kept: &Kept,
    code: String,
    nonce: String,
    verifier: String,
) -> Result<Introduced, ApiError> {
    let metadata = discovered(app, kept).await?;
    let redirect = RedirectUrl::new(app.site().page(CALLBACK)).map_err(|_| ApiError::internal())?;
    let secret = kept.secret(app)?.map(ClientSecret::new);
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(kept.client_id.clone()), secret)
        .set_redirect_uri(redirect);
    let egress = app.egress().clone();
    let http = move |request| call(egress.clone(), request);
    let token = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| failed("it takes no codes")(error.to_string()))?
        .set_pkce_verifier(PkceCodeVerifier::new(verifier))
        .request_async(&http)
        .await
        .map_err(|error| failed("it did not take the code")(format!("{error:?}")))?;
    let id_token = token.id_token().ok_or_else(|| failed("it says nothing about who you are")(String::new()))?;
    let now_ms = app.now_ms();
    let now = move || DateTime::<Utc>::from_timestamp_millis(now_ms).unwrap_or_default();
    let checks = client.id_token_verifier().set_allowed_algs(SIGNED).set_time_fn(now);
    let claims = id_token
        .claims(&checks, &Nonce::new(nonce))
        .map_err(|error| failed("what it says about you is not signed for this")(error.to_string()))?;
    // What was verified, once more as it stands there: claims that the standard does not know are in it.
    let signed = id_token.to_string();
    let all = signed.split('.').nth(1).and_then(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok());
    let all = all.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(ApiError::internal)?;
    let email = claims.email().filter(|_| claims.email_verified() == Some(true));
    Ok(Introduced {
        subject: claims.subject().as_str().to_owned(),
        email: email.map(|email| remit_engine::access::address(email.as_str())),
        name: claims.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_owned()),
        claims: all,
    })
}
