use axum::Json;
use axum::extract::State;
use remit_engine::store::found::{BUDGET, Sieve, Sifted};
use remit_engine::store::read;
use remit_engine::store::rows::TimelineRow;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::auth::Rep;
use crate::http::conversations::must_exist;
use crate::http::error::ApiError;
use crate::http::extract::{Id, MOST_VALUES, RepeatedQuery, joined};
use crate::http::page::{Key, Limit, List, page};
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

/// Which lines of a timeline.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineQuery {
    /// Only lines of this kind, such as `message_received`, `meeting_booked` or `note`; said again, also of that one.
    #[serde(default)]
    #[param(max_items = 20)]
    pub(crate) kind: Vec<String>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Rows in the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    pub(crate) limit: Limit,
}

impl TimelineQuery {
    /// Kinds as they decide which list it is.
    pub(crate) fn kinds(&self) -> Result<String, ApiError> {
        joined("kind", &self.kind, MOST_VALUES)
    }

    /// The page to be filled from a timeline, from its beginning or a cursor on.
    pub(crate) fn sieve(&self, list: &List<'_>) -> Result<Sieve<TimelineRow>, ApiError> {
        let start = list.start(self.cursor.as_deref(), Key::latest())?;
        Ok(Sieve::new((start.sort, start.id), self.limit.with_next(), BUDGET))
    }

    /// Puts lines of the wanted kinds into it.
    pub(crate) fn take(&self, sieve: &mut Sieve<TimelineRow>, slice: Vec<TimelineRow>) {
        let is_wanted = |row: &TimelineRow| self.kind.is_empty() || self.kind.contains(&row.kind);
        let sift = |row: &TimelineRow| if is_wanted(row) { Sifted::Wanted } else { Sifted::Passed };
        sieve.take(slice, |row| (row.at, row.id.clone()), sift);
    }

    /// The page.
    pub(crate) fn page(&self, list: &List<'_>, sieve: Sieve<TimelineRow>) -> TimelinePage {
        let key = |row: &TimelineRow| Key { sort: row.at, id: row.id.clone() };
        let (rows, next_cursor) = list.cut_found(sieve.page(), self.limit, key);
        TimelinePage { data: rows.into_iter().map(TimelineItem::from).collect(), next_cursor }
    }
}

/// The timeline of a conversation
///
/// Latest first. With a `kind` a page may hold fewer rows than `limit`, even none, and have a next one all the same: go on
/// until `next_cursor` is null.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}/timeline",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`"), TimelineQuery),
    responses((status = 200, description = "A page of the timeline", body = TimelinePage))
)]
pub(crate) async fn list_timeline(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    RepeatedQuery(query): RepeatedQuery<TimelineQuery>,
) -> Result<Json<TimelinePage>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    let list = List::new(&app, &["timeline", rep.workspace(), &id, &query.kinds()?]);
    let mut sieve = query.sieve(&list)?;
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    while let Some((at, before, limit)) = sieve.asks() {
        let slice = read::timeline(conn, rep.workspace(), &id, at, before, limit).await?;
        query.take(&mut sieve, slice);
    }
    Ok(Json(query.page(&list, sieve)))
}
