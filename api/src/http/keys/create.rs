use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::domain::IdKind;
use remit_engine::store::{NewKey, read};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ApiKey;
use crate::http::auth::{Credential, Owner, Principal, Rep, Role};
use crate::http::error::ApiError;
use crate::http::extract::{JsonBody, text};
use crate::http::network;
use crate::http::permit;
use crate::http::scope::Scope;
use crate::http::state::{App, new_key};
use crate::http::time;
use crate::http::users::get;

/// What a key is good for.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyKind {
    /// Whatever its user may do.
    #[default]
    Service,
    /// Reads, writes notes and drafts; what reaches a customer, decides or controls is refused.
    DraftOnly,
    /// The same, for an AI: it decides nothing, whatever its role.
    Ai,
}

impl KeyKind {
    const fn credential(self) -> Credential {
        match self {
            Self::Service => Credential::Service,
            Self::DraftOnly => Credential::DraftOnly,
            Self::Ai => Credential::Ai,
        }
    }
}

/// A key to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApiKey {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it is good for.
    #[serde(default)]
    kind: KeyKind,
    /// The user that it acts as, `usr_…`; you when left out.
    #[serde(default)]
    user_id: Option<String>,
    /// The most it may do; all that its user may when left out.
    #[serde(default)]
    role: Option<Role>,
    /// What it is limited to; nothing is left out of what its user and its kind may when left out.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 40)]
    scopes: Option<Vec<Scope>>,
    /// When it ends by itself, RFC 3339; never when left out.
    #[serde(default)]
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// Networks from which alone it may be used, such as `10.1.0.0/16`, and addresses; from everywhere when left out.
    #[serde(default)]
    #[schema(max_items = 20)]
    networks: Vec<String>,
}

/// A key, and what it is made of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiKeyWithSecret {
    /// The key.
    key: ApiKey,
    /// `rk_…`: send it as `Authorization: Bearer rk_…`. It is shown this once.
    secret: String,
}

/// The scopes of a key to be, as they are kept. A kind of key is not given what it can never use, and whoever comes with a key
/// that was limited gives no more than it holds.
fn limits(maker: &Principal, credential: Credential, scopes: Option<&[Scope]>) -> Result<String, ApiError> {
    let Some(scopes) = scopes else {
        return match &maker.scopes {
            Some(_) => Err(ApiError::field("/scopes", "missing", "your key is limited: name some of its scopes")),
            None => Ok(String::new()),
        };
    };
    if scopes.is_empty() {
        return Err(ApiError::field("/scopes", "empty", "name at least one, or leave it out for all"));
    }
    for (at, scope) in scopes.iter().enumerate() {
        let pointer = format!("/scopes/{at}");
        let word = scope.as_str();
        if !permit::can_hold(credential, *scope) {
            let message = format!("a key of the kind `{}` can never use `{word}`", credential.as_str());
            return Err(ApiError::field(pointer, "invalid", message));
        }
        if !maker.holds(*scope) {
            return Err(ApiError::field(pointer, "invalid", format!("your own key was not given `{word}`")));
        }
    }
    Ok(Scope::written(scopes))
}

/// Make a key
///
/// It acts as its user. When that user is disabled, it is good for nothing. `scopes` limit it to parts of what its user and its
/// kind may; `GET /api/v1/roles` says what each lets. What a key of an AI can never do, it cannot be given, and a key that is
/// limited makes none that may more.
#[utoipa::path(
    post,
    path = "/api/v1/keys",
    tag = "keys",
    request_body = NewApiKey,
    responses((status = 201, description = "The key, and its secret", body = ApiKeyWithSecret))
)]
pub(crate) async fn create_key(
    rep: Rep<Owner>,
    State(app): State<App>,
    JsonBody(body): JsonBody<NewApiKey>,
) -> Result<(StatusCode, Json<ApiKeyWithSecret>), ApiError> {
    let name = text("/name", &body.name, 100)?.to_owned();
    let ends_at = body.ends_at.as_deref().map(|at| time::future("/ends_at", at, app.now_ms())).transpose()?;
    let networks = network::kept(&body.networks)?;
    let scopes = limits(&rep.principal, body.kind.credential(), body.scopes.as_deref())?;
    let user_id = body.user_id.unwrap_or_else(|| rep.row.id.clone());
    let user = get::found(&app, rep.workspace(), &user_id).await;
    let user = user.map_err(|_| ApiError::field("/user_id", "invalid", "there is no such user"))?;
    let (secret, key_sha256) = new_key(&rand::random());
    let id = app.engine().ids().next(IdKind::ApiKey);
    let key = NewKey {
        id: id.clone(),
        rep_id: user.id,
        name,
        key_sha256,
        kind: body.kind.credential().as_str(),
        role: body.role.map(|role| role.as_str().to_owned()),
        created_by: Some(rep.row.name.clone()),
        ends_at,
        networks,
        scopes,
    };
    app.engine().add_key(rep.workspace(), key).await?;
    let mut reader = app.read().await?;
    let row = read::key(&mut reader.conn(), rep.workspace(), &id).await?;
    let key = row.ok_or_else(|| ApiError::not_found("key"))?.into();
    Ok((StatusCode::CREATED, Json(ApiKeyWithSecret { key, secret })))
}
