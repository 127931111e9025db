use axum::extract::State;
use axum::response::Response;

use super::{Conversation, tagged};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// One conversation
///
/// Looking does not mark it as read. One that was merged into another is 410, and `merged_into` names that.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    responses((status = 200, description = "The conversation", body = Conversation))
)]
pub(crate) async fn get_conversation(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    tagged(&app, &rep, &id).await
}
