use axum::Json;
use axum::extract::State;

use super::disable::ChannelStopped;
use super::provider::{Changer, found};
use crate::http::error::ApiError;
use crate::http::etag::IfMatch;
use crate::http::extract::Id;
use crate::http::state::App;

/// Give a channel up
///
/// For good: nothing comes in or goes out by it any more, what the AI had queued for it is taken back, its credentials and its
/// secret are forgotten, and lists leave it out. Nothing that was said is lost: its conversations stay as they are, and
/// `GET /channels/{id}` still tells what it was. To let it rest for a while, disable it instead.
#[utoipa::path(
    delete,
    path = "/api/v1/channels/{id}",
    tag = "channels",
    params(
        ("id" = String, Path, description = "The channel, `chn_…`"),
        ("If-Match" = String, Header, description = "`ETag` of the channel that you saw"),
    ),
    responses(
        (status = 200, description = "Given up, and what it stopped", body = ChannelStopped),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn delete_channel(
    rep: Changer,
    State(app): State<App>,
    Id(id): Id,
    IfMatch(version): IfMatch,
) -> Result<Json<ChannelStopped>, ApiError> {
    found(&app, rep.workspace(), &id).await?;
    let stopped = app.engine().delete_channel(&rep.row, &id, version).await?;
    Ok(Json(ChannelStopped::from(stopped)))
}
