use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};
use utoipa::{IntoParams, ToSchema};

use crate::http::auth::Rep;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::{Id, Query};
use crate::http::state::App;

/// Which two versions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DraftDiffQuery {
    /// The version before; the first, which the AI wrote, when left out.
    #[param(minimum = 1)]
    from: Option<i64>,
    /// The version after; the latest when left out.
    #[param(minimum = 1)]
    to: Option<i64>,
}

/// What became of some words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DraftDiffOp {
    /// They stayed.
    Same,
    /// They are new.
    Added,
    /// They are gone.
    Removed,
}

/// Some words, and what became of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftDiffPart {
    /// What became of them.
    op: DraftDiffOp,
    /// The words, with the blanks between them.
    text: String,
}

/// What changed between two versions of a draft.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftDiff {
    /// The version before.
    from: i64,
    /// The version after.
    to: i64,
    /// The subject before.
    #[schema(required)]
    subject_before: Option<String>,
    /// The subject after.
    #[schema(required)]
    subject_after: Option<String>,
    /// The text, part by part: those that stayed or are new make the text after, those that stayed or are gone the one before.
    parts: Vec<DraftDiffPart>,
}

/// What changed in a draft
///
/// Between two versions, word by word.
#[utoipa::path(
    get,
    path = "/api/v1/drafts/{id}/diff",
    tag = "drafts",
    params(("id" = String, Path, description = "The draft, `dft_…`"), DraftDiffQuery),
    responses((status = 200, description = "The difference", body = DraftDiff))
)]
pub(crate) async fn diff_draft(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<DraftDiffQuery>,
) -> Result<Json<DraftDiff>, ApiError> {
    let mut reader = app.read().await?;
    let mut versions = read::draft_versions(&mut reader.conn(), rep.workspace(), &id).await?;
    drop(reader);
    versions.sort_by_key(|row| row.version);
    let (Some(first), Some(last)) = (versions.first(), versions.last()) else {
        return Err(ApiError::not_found("draft"));
    };
    let find = |wanted: Option<i64>, usual| {
        let wanted = wanted.unwrap_or(usual);
        let found = versions.iter().find(|row| row.version == wanted);
        found.ok_or_else(|| ApiError::new(ErrorCode::InvalidQuery, format!("The draft has no version {wanted}.")))
    };
    let (before, after) = (find(query.from, first.version)?, find(query.to, last.version)?);
    Ok(Json(DraftDiff {
        from: before.version,
        to: after.version,
        subject_before: before.subject.clone(),
        subject_after: after.subject.clone(),
        parts: parts(&before.body_text, &after.body_text),
    }))
}

fn parts(before: &str, after: &str) -> Vec<DraftDiffPart> {
    let mut parts: Vec<DraftDiffPart> = Vec::new();
    for change in TextDiff::from_words(before, after).iter_all_changes() {
        let op = match change.tag() {
            ChangeTag::Equal => DraftDiffOp::Same,
            ChangeTag::Insert => DraftDiffOp::Added,
            ChangeTag::Delete => DraftDiffOp::Removed,
        };
        match parts.last_mut().filter(|part| part.op == op) {
            Some(part) => part.text.push_str(change.value()),
            None => parts.push(DraftDiffPart { op, text: change.value().to_owned() }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_make_both_texts_again() {
        for (before, after) in
            [("Dear Ann, no.", "Dear Ann, yes!\nBo"), ("", "x"), ("x", ""), ("a b", "a b"), ("é ü", "ü é")]
        {
            let parts = parts(before, after);
            let of = |left_out: DraftDiffOp| {
                parts.iter().filter(|part| part.op != left_out).map(|part| part.text.as_str()).collect::<String>()
            };
            assert_eq!((of(DraftDiffOp::Added).as_str(), of(DraftDiffOp::Removed).as_str()), (before, after));
        }
    }
}
