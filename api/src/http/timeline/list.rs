use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use remit_engine::store::rows::TimelineRow;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::auth::Rep;
use crate::http::conversations::must_exist;
use crate::http::error::ApiError;
use crate::http::extract::{Id, Query};
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;
use crate::http::time::Timestamp;

page! {
    /// A page of the timeline.
    TimelinePage of TimelineItem
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimelineItem {
    /// Its id, `tml_…`.
    id: String,
    /// The conversation.
    conversation_id: String,
    /// The contact.
    contact_id: String,
    /// What: `message_received`, `classified`, `approved`, `note`, `ai_paused` and so on.
    kind: String,
    /// Who did it.
    actor: TimelineActor,
    /// One sentence for people.
    summary: String,
    /// Id of the message, draft, approval or note it is about.
    #[schema(required)]
    refers_to: Option<String>,
    /// More, depending on the kind; null when there is none.
    #[schema(required)]
    data: Option<serde_json::Value>,
    /// When.
    at: Timestamp,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimelineActor {
    /// `contact`, `ai_agent`, `rep` or `system`.
    kind: String,
    /// Name, where there is one.
    #[schema(required)]
    name: Option<String>,
}

impl From<TimelineRow> for TimelineItem {
    fn from(row: TimelineRow) -> Self {
        Self {
            id: row.id,
            conversation_id: row.conversation_id,
            contact_id: row.contact_id,
            kind: row.kind,
            actor: TimelineActor { kind: row.actor_kind, name: row.actor_name },
            summary: row.summary,
            refers_to: row.refers_to,
            data: serde_json::from_str(&row.data).unwrap_or_default(),
            at: Timestamp(row.at),
        }
    }
}

/// The timeline of a conversation
///
/// Latest first.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}/timeline",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`"), PageQuery),
    responses((status = 200, description = "A page of the timeline", body = TimelinePage))
)]
pub(crate) async fn list_timeline(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<PageQuery>,
) -> Result<Json<TimelinePage>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    let list = List::new(&app, &["timeline", rep.workspace(), &id]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let limit = query.limit.with_next();
    let rows = read::timeline(&mut reader.conn(), rep.workspace(), &id, start.sort, &start.id, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.at, id: row.id.clone() });
    Ok(Json(TimelinePage { data: rows.into_iter().map(TimelineItem::from).collect(), next_cursor }))
}
