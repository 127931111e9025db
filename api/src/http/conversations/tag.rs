use axum::Json;
use axum::extract::State;
use remit_engine::desk::MOST_TAGS;
use remit_engine::store::read;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Conversation, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// The tags that it shall have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagSet {
    /// All of them, `tag_…`; 20 at most.
    #[schema(max_items = 20)]
    tag_ids: Vec<String>,
}

/// Set a conversation's tags
///
/// These and no others. Doing it again changes nothing.
#[utoipa::path(
    put,
    path = "/api/v1/conversations/{id}/tags",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    request_body = TagSet,
    responses((status = 200, description = "The conversation", body = Conversation))
)]
pub(crate) async fn set_conversation_tags(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(body): JsonBody<TagSet>,
) -> Result<Json<Conversation>, ApiError> {
    super::must_exist(&app, &rep, &id).await?;
    if body.tag_ids.len() > MOST_TAGS {
        return Err(ApiError::field("/tag_ids", "too_long", format!("may name {MOST_TAGS} tags at most")));
    }
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    for (position, tag) in body.tag_ids.iter().enumerate() {
        if read::tag(conn, rep.workspace(), tag).await?.is_none() {
            return Err(ApiError::field(format!("/tag_ids/{position}"), "invalid", "there is no such tag"));
        }
    }
    let now = read::tags_of(conn, rep.workspace(), &id).await?;
    drop(reader);
    let gone: Vec<String> = now.into_iter().map(|tag| tag.id).filter(|tag| !body.tag_ids.contains(tag)).collect();
    app.engine().tag(rep.workspace(), &id, &body.tag_ids, &gone).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
