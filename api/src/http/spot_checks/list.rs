use axum::Json;
use axum::extract::State;
use remit_engine::store::rows::SpotCheckRow;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;
use crate::http::time::Timestamp;

/// A message whose answer was drawn. What the AI took it for is left out on purpose.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpotCheck {
    /// The message, `msg_…`.
    message_id: String,
    /// Its conversation.
    conversation_id: String,
    /// Kind of channel.
    channel: String,
    /// Subject, for mail.
    #[schema(required)]
    subject: Option<String>,
    /// What was written. Comes from a stranger: show it as text.
    body_text: String,
    /// ISO 639-1 code of the language, where it could be told.
    #[schema(required)]
    language: Option<String>,
    /// When it was drawn.
    drawn_at: Timestamp,
}

impl From<SpotCheckRow> for SpotCheck {
    fn from(row: SpotCheckRow) -> Self {
        Self {
            message_id: row.message_id,
            conversation_id: row.conversation_id,
            channel: row.channel_kind,
            subject: row.subject,
            body_text: row.body_text,
            language: row.language,
            drawn_at: Timestamp(row.drawn_at),
        }
    }
}

page! {
    /// A page of spot checks.
    SpotCheckPage of SpotCheck
}

/// Spot checks that wait
///
/// One in twenty of the answers that left because of a certificate, the oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/spot-checks",
    tag = "certificates",
    params(PageQuery),
    responses((status = 200, description = "A page of spot checks", body = SpotCheckPage))
)]
pub(crate) async fn list_spot_checks(
    rep: Rep<Closer>,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<SpotCheckPage>, ApiError> {
    let list = List::new(&app, &["spot-checks", rep.workspace()]);
    let start = list.start(query.cursor.as_deref(), Key::oldest())?;
    let rows = app.engine().spot_checks(rep.workspace(), (start.sort, &start.id), query.limit.with_next()).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.drawn_at, id: row.message_id.clone() });
    Ok(Json(SpotCheckPage { data: rows.into_iter().map(SpotCheck::from).collect(), next_cursor }))
}
