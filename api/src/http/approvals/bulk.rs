use axum::Json;
use axum::extract::State;
use remit_engine::audit;
use remit_engine::decide::person;
use remit_engine::domain::IdKind;
use remit_engine::store::{AuditEntry, read};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::found;
use crate::http::auth::{Approver, Rep};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::{JsonBody, text};
use crate::http::state::App;

/// Approvals in one request, at most.
const MOST: usize = 50;
/// Characters of an id, at most.
const LONGEST_ID: usize = 100;

/// One approval, and the text that you saw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeenApproval {
    /// The approval, `apr_…`.
    #[schema(min_length = 1, max_length = 100)]
    id: String,
    /// Version of the draft that you saw.
    #[schema(minimum = 1)]
    draft_version: i64,
    /// `content_sha256` of the draft that you saw.
    content_sha256: String,
    /// `revision` of the conversation that you saw; not looked at when left out.
    #[serde(default)]
    conversation_revision: Option<i64>,
}

/// What to say to each.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum BulkAnswer {
    /// Let it go.
    Approve,
    /// Keep it from leaving.
    Reject {
        /// Why, for the team.
        #[schema(min_length = 1, max_length = 1000)]
        reason: String,
    },
}

/// Many approvals, and what to say to each.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkApprovals {
    /// The approvals, 50 at most, each with the text that you saw.
    #[schema(min_items = 1, max_items = 50)]
    items: Vec<SeenApproval>,
    /// What to say.
    what: BulkAnswer,
}

/// What became of one of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkAnswered {
    /// The approval.
    id: String,
    /// Your answer was taken.
    done: bool,
    /// Why it was not; null when it was.
    #[schema(required)]
    code: Option<ErrorCode>,
    /// How it stands now: `pending`, `approved`, `rejected`, `expired` or `withdrawn`. It is still `pending` where a second person
    /// is needed. Null where there is no such approval.
    #[schema(required)]
    state: Option<String>,
}

/// What became of each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkAnsweredAll {
    /// In the order in which they were named, each once.
    data: Vec<BulkAnswered>,
}

/// Answer many approvals
///
/// Each by itself, as if it were the only one: your answer to a draft that is not as you saw it any more, that somebody else has in
/// hand or has answered, is not taken, and those beside it are. Show each text before you let it be answered so.
#[utoipa::path(
    post,
    path = "/api/v1/approvals/bulk",
    tag = "approvals",
    request_body = BulkApprovals,
    responses((status = 200, description = "What became of each", body = BulkAnsweredAll))
)]
pub(crate) async fn bulk_approvals(
    rep: Rep<Approver>,
    State(app): State<App>,
    JsonBody(body): JsonBody<BulkApprovals>,
) -> Result<Json<BulkAnsweredAll>, ApiError> {
    if body.items.is_empty() || body.items.len() > MOST {
        return Err(ApiError::field("/items", "invalid", format!("must name 1 to {MOST} approvals")));
    }
    for (place, seen) in body.items.iter().enumerate() {
        if seen.id.is_empty() || seen.id.chars().count() > LONGEST_ID {
            let detail = format!("must have 1 to {LONGEST_ID} characters");
            return Err(ApiError::field(format!("/items/{place}/id"), "invalid", detail));
        }
        if seen.draft_version < 1 {
            return Err(ApiError::field(format!("/items/{place}/draft_version"), "invalid", "must be 1 or more"));
        }
    }
    let reason = match &body.what {
        BulkAnswer::Approve => None,
        BulkAnswer::Reject { reason } => Some(text("/what/reason", reason, 1000)?),
    };
    let mut data: Vec<BulkAnswered> = Vec::new();
    for seen in &body.items {
        if data.iter().any(|one| one.id == seen.id) {
            continue;
        }
        // Each decision has a line of its own in the trail.
        let answered = audit::within(entry(&app, &rep, &seen.id), answer(&app, &rep, seen, reason)).await;
        let code = answered.err().map(ApiError::into_code);
        let state = found(&app, &rep, &seen.id).await.ok().map(|row| row.state);
        data.push(BulkAnswered { id: seen.id.clone(), done: code.is_none(), code, state });
    }
    Ok(Json(BulkAnsweredAll { data }))
}

async fn answer(app: &App, rep: &Rep<Approver>, seen: &SeenApproval, no: Option<&str>) -> Result<(), ApiError> {
    let row = found(app, rep, &seen.id).await?;
    let Some(reason) = no else {
        let yes = person::Yes {
            version: seen.draft_version,
            content_sha256: &seen.content_sha256,
            revision: seen.conversation_revision,
            edit: None,
        };
        app.engine().approve(&rep.row, &seen.id, yes).await?;
        return Ok(());
    };
    // A no is about the text that was seen, too: somebody may just have mended it.
    let mut reader = app.read().await?;
    let draft = read::draft(&mut reader.conn(), rep.workspace(), &row.draft_id).await?;
    drop(reader);
    let draft = draft.filter(|_| row.state == "pending");
    if let Some(draft) = draft
        && (draft.version, draft.content_sha256.as_str()) != (seen.draft_version, seen.content_sha256.as_str())
    {
        let detail = "The draft has changed since you saw it.";
        return Err(ApiError::new(ErrorCode::DraftChanged, detail).at_version(draft.version));
    }
    app.engine().reject(&rep.row, &seen.id, reason).await?;
    Ok(())
}

fn entry(app: &App, rep: &Rep<Approver>, id: &str) -> AuditEntry {
    AuditEntry {
        id: app.engine().ids().next(IdKind::Audit),
        actor_id: rep.row.id.clone(),
        actor_name: rep.row.name.clone(),
        credential: rep.principal.credential.as_str().to_owned(),
        credential_id: rep.principal.credential_id.clone(),
        action: "POST /api/v1/approvals/bulk".to_owned(),
        subject: format!("/api/v1/approvals/{id}"),
        data: "null".to_owned(),
    }
}
