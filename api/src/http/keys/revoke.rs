use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::store::{Write, read};

use crate::http::auth::{Owner, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Revoke a key
///
/// It is good for nothing from now on; streams that it opened end. Doing it again changes nothing.
#[utoipa::path(
    delete,
    path = "/api/v1/keys/{id}",
    tag = "keys",
    params(("id" = String, Path, description = "The key, `key_…`")),
    responses((status = 204, description = "Revoked"))
)]
pub(crate) async fn revoke_key(rep: Rep<Owner>, State(app): State<App>, Id(id): Id) -> Result<StatusCode, ApiError> {
    let mut reader = app.read().await?;
    let row = read::key(&mut reader.conn(), rep.workspace(), &id).await?;
    drop(reader);
    row.ok_or_else(|| ApiError::not_found("key"))?;
    app.engine().commit_writes(rep.workspace(), vec![Write::ApiKeyRevoke { id }]).await?;
    Ok(StatusCode::NO_CONTENT)
}
