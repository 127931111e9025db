use axum::Json;
use axum::extract::State;
use remit_engine::replies::Gesture;
use remit_engine::store::Write;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::assign::somebody;
use super::must_exist;
use crate::http::auth::{Closer, Rep};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::JsonBody;
use crate::http::state::App;
use crate::http::time;

/// Conversations in one request, at most.
const MOST: usize = 100;

/// What to do with each.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum BulkAction {
    /// Close it.
    Close,
    /// Open it again.
    Reopen,
    /// Give it to somebody.
    Assign {
        /// The user, `usr_…`; `me` for yourself; null for nobody.
        user_id: Option<String>,
    },
    /// Put a tag on it.
    Tag {
        /// The tag, `tag_…`.
        tag_id: String,
    },
    /// Take a tag off it.
    Untag {
        /// The tag, `tag_…`.
        tag_id: String,
    },
    /// Mark it as read, for you.
    Read,
    /// Mark it as unread, for you.
    Unread,
    /// Put it out of sight until a time, or until the contact writes.
    Snooze {
        /// RFC 3339, in the future.
        #[schema(format = DateTime)]
        until: String,
    },
}

/// Many conversations, and what to do with each.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bulk {
    /// The conversations, `cnv_…`; 100 at most.
    #[schema(min_items = 1, max_items = 100)]
    ids: Vec<String>,
    /// What to do.
    what: BulkAction,
}

/// What became of one of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkResult {
    /// The conversation.
    id: String,
    /// It was done.
    done: bool,
    /// Why it was not; null when it was.
    #[schema(required)]
    code: Option<ErrorCode>,
}

/// What became of each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkResults {
    /// In the order in which they were named, each once.
    data: Vec<BulkResult>,
}

/// Do something with many conversations
///
/// Each is done or not by itself; doing it again changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/bulk",
    tag = "conversations",
    request_body = Bulk,
    responses((status = 200, description = "What became of each", body = BulkResults))
)]
pub(crate) async fn bulk_conversations(
    rep: Rep<Closer>,
    State(app): State<App>,
    JsonBody(body): JsonBody<Bulk>,
) -> Result<Json<BulkResults>, ApiError> {
    if body.ids.is_empty() || body.ids.len() > MOST {
        return Err(ApiError::field("/ids", "invalid", format!("must name 1 to {MOST} conversations")));
    }
    let to = match &body.what {
        BulkAction::Assign { user_id } => somebody(&app, &rep, "/what/user_id", user_id.as_deref()).await?,
        _ => None,
    };
    if let BulkAction::Snooze { until } = &body.what {
        time::future("/what/until", until, app.now_ms())?;
    }
    if let BulkAction::Tag { tag_id } | BulkAction::Untag { tag_id } = &body.what {
        let mut reader = app.read().await?;
        let known = remit_engine::store::read::tag(&mut reader.conn(), rep.workspace(), tag_id).await?;
        known.ok_or_else(|| ApiError::field("/what/tag_id", "invalid", "there is no such tag"))?;
    }
    let mut data: Vec<BulkResult> = Vec::new();
    for id in body.ids {
        if data.iter().any(|one| one.id == id) {
            continue;
        }
        let done = one(&app, &rep, &id, &body.what, to.as_ref()).await;
        let code = done.err().map(ApiError::into_code);
        data.push(BulkResult { id, done: code.is_none(), code });
    }
    Ok(Json(BulkResults { data }))
}

async fn one(
    app: &App,
    rep: &Rep<Closer>,
    id: &str,
    what: &BulkAction,
    to: Option<&remit_engine::store::rows::RepRow>,
) -> Result<(), ApiError> {
    // The same look as a list's: what one may not see is not there.
    must_exist(app, rep, id).await?;
    let (engine, ws) = (app.engine(), rep.workspace());
    let (rep_id, conversation_id) = (rep.row.id.clone(), id.to_owned());
    match what {
        BulkAction::Close => engine.gesture(&rep.row, id, Gesture::Close).await?,
        BulkAction::Reopen => engine.gesture(&rep.row, id, Gesture::Reopen).await?,
        BulkAction::Snooze { until } => {
            let until = time::future("/what/until", until, app.now_ms())?;
            engine.gesture(&rep.row, id, Gesture::Snooze(until)).await?;
        }
        BulkAction::Assign { .. } => engine.assign(&rep.row, id, to).await?,
        BulkAction::Tag { tag_id } => engine.tag(ws, id, std::slice::from_ref(tag_id), &[]).await?,
        BulkAction::Untag { tag_id } => engine.tag(ws, id, &[], std::slice::from_ref(tag_id)).await?,
        BulkAction::Read => engine.commit_writes(ws, vec![Write::UnreadClear { rep_id, conversation_id }]).await?,
        BulkAction::Unread => engine.commit_writes(ws, vec![Write::UnreadMark { rep_id, conversation_id }]).await?,
    }
    Ok(())
}
