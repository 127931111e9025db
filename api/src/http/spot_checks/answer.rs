use axum::Json;
use axum::extract::State;

use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::messages::intent::{IntentSaid, TrueIntent};
use crate::http::state::App;

/// Say what a message of a spot check is about
///
/// The answer counts for the certificates because of which the reply left; when too many were wrong, these are taken back.
#[utoipa::path(
    post,
    path = "/api/v1/spot-checks/{id}",
    tag = "certificates",
    params(("id" = String, Path, description = "The message, `msg_…`")),
    request_body = TrueIntent,
    responses(
        (status = 200, description = "What was said, and what the AI had taken it for", body = IntentSaid),
        (status = 404, description = "`not_found`: it was not drawn, somebody was faster, or there is no such intent"),
        (status = 409, description = "`no_policy`"),
    )
)]
pub(crate) async fn answer_spot_check(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(body): JsonBody<TrueIntent>,
) -> Result<Json<IntentSaid>, ApiError> {
    Ok(Json(app.engine().spot_check(&rep.row, &id, body.intent.as_deref()).await?.into()))
}
