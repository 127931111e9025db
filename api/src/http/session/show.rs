use axum::Json;

use super::Session;
use crate::http::auth::Rep;

/// Who you are
///
/// Your role, and the operations that you may use. 401 says that you are not signed in.
#[utoipa::path(
    get,
    path = "/api/v1/session",
    tag = "session",
    responses((status = 200, description = "You", body = Session))
)]
pub(crate) async fn get_session(rep: Rep) -> Json<Session> {
    Json(Session::of(&rep.principal))
}
