use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::jobs::{Job, shown};
use crate::http::state::App;

/// What the draft should be like.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskedDraft {
    /// For the drafter. Templates do not heed it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000)]
    instruction: Option<String>,
}

/// Ask the AI for a draft
///
/// Of a reply to the latest message from outside, where the AI's work on that has ended without one: rejected, thrown away,
/// given up, or not begun because it was paused. It is classified, drafted and checked as ever, and waits for a person's
/// approval, even where the policy would let it go. The answer is the job that makes it; `draft.created` and
/// `approval.created` tell of the draft. For words of which nothing is kept, `POST /api/v1/messages/{id}/suggest`.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/drafts/generate",
    tag = "drafts",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    request_body = AskedDraft,
    responses(
        (status = 202, description = "The job that makes it", body = Job),
        (status = 409, description = "`nothing_to_answer`, `at_work`, `approval_pending` (`regenerate` that draft), \
            `already_answered`, `in_doubt`, `policy_forbids` (paused, stopped, off: `detail` names the rule), `no_policy`"),
    )
)]
pub(crate) async fn generate_draft(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(wish): JsonBody<AskedDraft>,
) -> Result<(StatusCode, Json<Job>), ApiError> {
    let instruction = wish.instruction.as_deref().map(|wish| text("/instruction", wish, 1000)).transpose()?;
    let job = app.engine().ask_for_draft(&rep.row, &id, instruction).await?;
    Ok((StatusCode::ACCEPTED, Json(shown(&app, &rep, &job).await?)))
}
