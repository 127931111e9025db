use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::Delivery;
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::IdPair;
use crate::http::state::App;

/// Deliver again
///
/// The same id and the same bytes, with a new signature; from the first attempt on.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/deliveries/{delivery_id}/redeliver",
    tag = "webhooks",
    params(
        ("id" = String, Path, description = "The webhook, `whk_…`"),
        ("delivery_id" = String, Path, description = "The delivery, `whd_…`"),
    ),
    responses(
        (status = 202, description = "The delivery", body = Delivery),
        (status = 409, description = "`webhook_disabled`"),
    )
)]
pub(crate) async fn redeliver_webhook(
    rep: Rep<Manager>,
    State(app): State<App>,
    IdPair(webhook, delivery): IdPair,
) -> Result<(StatusCode, Json<Delivery>), ApiError> {
    let row = app.engine().redeliver(&rep.row, &webhook, &delivery).await?;
    Ok((StatusCode::ACCEPTED, Json(row.into())))
}
