use axum::Json;
use axum::extract::State;
use remit_engine::domain::DEFAULT_WORKSPACE;
use serde::Serialize;
use utoipa::ToSchema;

use super::setting::kept;
use crate::http::error::ApiError;
use crate::http::state::App;

/// How people sign in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInMethods {
    /// With a mail address and a password; always.
    password: bool,
    /// With a provider; null when there is none.
    #[schema(required)]
    provider: Option<SignInWith>,
}

/// A provider to sign in with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInWith {
    /// What people read: "Sign in with …".
    name: String,
    /// Where a browser goes to; `return_to` says where it shall be then.
    start_path: &'static str,
}

/// How people sign in
#[utoipa::path(
    get,
    path = "/api/v1/session/methods",
    tag = "session",
    responses((status = 200, description = "The ways", body = SignInMethods))
)]
pub(crate) async fn get_sign_in_methods(State(app): State<App>) -> Result<Json<SignInMethods>, ApiError> {
    // Before anybody was set up there is no workspace.
    let set = app.engine().settings(DEFAULT_WORKSPACE).await.ok();
    let provider = kept(set.and_then(|set| set.sign_in).as_deref());
    let provider = provider.map(|kept| SignInWith { name: kept.name, start_path: "/api/v1/session/oidc/start" });
    Ok(Json(SignInMethods { password: true, provider }))
}
