use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Approval, found};
use crate::http::auth::Rep;
use crate::http::decisions::DecisionSummary;
use crate::http::decisions::get::{Reason, record};
use crate::http::drafts::Draft;
use crate::http::drafts::versions::DraftVersion;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::messages::Message;
use crate::http::state::App;

/// An approval and what a person must see to answer it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovalDetail {
    /// The question.
    approval: Approval,
    /// The draft as it is now.
    draft: Draft,
    /// Every text the draft has had, the AI's first.
    versions: Vec<DraftVersion>,
    /// The decision that asks; null for a reply that was proposed by a rep, or by a program with a key that may send nothing.
    #[schema(required)]
    decision: Option<DecisionSummary>,
    /// The rules that made it ask, with their places.
    deciding: Vec<Reason>,
    /// The message that the draft answers.
    message: Message,
}

/// One approval, with everything to answer it by
#[utoipa::path(
    get,
    path = "/api/v1/approvals/{id}",
    tag = "approvals",
    params(("id" = String, Path, description = "The approval, `apr_…`")),
    responses((status = 200, description = "The approval", body = ApprovalDetail))
)]
pub(crate) async fn get_approval(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<ApprovalDetail>, ApiError> {
    let approval = found(&app, &rep, &id).await?;
    let ws = rep.workspace();
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let draft = read::draft(conn, ws, &approval.draft_id).await?.ok_or_else(|| ApiError::not_found("draft"))?;
    let versions = read::draft_versions(conn, ws, &draft.id).await?;
    let decision = read::decision(conn, ws, &approval.decision_id).await?;
    if decision.is_none() && !approval.decision_id.is_empty() {
        return Err(ApiError::not_found("decision"));
    }
    let message = read::message(conn, ws, &draft.message_id).await?.ok_or_else(|| ApiError::not_found("message"))?;
    let votes = read::votes(conn, ws, &id).await?;
    let deciding = match &decision {
        Some(decision) => record(decision)?.verdict.deciding.into_iter().map(Reason::from).collect(),
        None => Vec::new(),
    };
    Ok(Json(ApprovalDetail {
        approval: Approval::of(approval, votes),
        draft: draft.into(),
        versions: versions.into_iter().map(DraftVersion::from).collect(),
        decision: decision.map(|decision| DecisionSummary::of(decision, Some(&message))),
        deciding,
        message: message.into(),
    }))
}
