use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Conversation, must_exist, tagged};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// Into which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConversationMerge {
    /// The conversation that is left, `cnv_…`.
    #[schema(min_length = 1, max_length = 100)]
    into_id: String,
}

/// Merge a conversation into another
///
/// Of the same contact, on the same channel. Messages stand in the order in which they came; notes, drafts, tags, the timeline,
/// what you have not seen and why a person must look go along. What the AI had waiting in either is withdrawn, and a person
/// is called where something was. While anything is being answered or sent nothing is merged (`conversation_busy`). There is no way
/// back: messages are numbered anew in the order in which they came, drafts that waited were withdrawn, and replies have since been
/// based on the whole; taking it apart would guess. What there was is in the audit trail. Who asks for the one that is no more is told with 410 which one it is in.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/merge",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation that is merged, `cnv_…`")),
    request_body = ConversationMerge,
    responses(
        (status = 200, description = "The conversation that is left", body = Conversation),
        (status = 409, description = "`conversation_busy`, `cannot_merge`"),
    )
)]
pub(crate) async fn merge_conversation(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(merge): JsonBody<ConversationMerge>,
) -> Result<Response, ApiError> {
    must_exist(&app, &rep, &id).await?;
    must_exist(&app, &rep, &merge.into_id).await?;
    app.engine().join_conversations(&rep.row, &id, &merge.into_id).await?;
    tagged(&app, &rep, &merge.into_id).await
}
