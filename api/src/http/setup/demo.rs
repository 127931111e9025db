use axum::Json;
use axum::extract::State;
use remit_engine::decide::normalise::{self, Arrival};
use remit_engine::domain::{ChannelKind, IdKind};
use remit_engine::store::inbox;
use remit_engine::store::read::ConversationFilter;
use remit_engine::store::rows::ChannelRow;
use remit_engine::store::{Write, read};
use serde::Serialize;
use utoipa::ToSchema;

use crate::demo;
use crate::http::auth::{Owner, Rep};
use crate::http::channels::provider::found;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::state::App;

/// What was loaded.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DemoLoaded {
    /// Messages that came in.
    messages: usize,
}

/// Load demo messages
///
/// Into an inbox that nobody has written to yet: messages over all five channels, by people who do not exist. Channels are
/// made where there are none. The policy in force decides about each, as about any other message.
#[utoipa::path(
    post,
    path = "/api/v1/setup/demo",
    tag = "session",
    responses(
        (status = 200, description = "They have come in", body = DemoLoaded),
        (status = 409, description = "`not_empty`: there are conversations"),
    )
)]
pub(crate) async fn load_demo(rep: Rep<Owner>, State(app): State<App>) -> Result<Json<DemoLoaded>, ApiError> {
    let (engine, ws) = (app.engine(), rep.workspace());
    let filter = ConversationFilter::default();
    let mut reader = app.read().await?;
    let first = inbox::page(&mut reader.conn(), ws, &rep.row.id, filter, (i64::MAX, ""), 1).await?;
    let mut channels = read::channels(&mut reader.conn(), ws).await?;
    drop(reader);
    if !first.is_empty() {
        let detail = "Somebody has written already: the demo never mixes with a real inbox.";
        return Err(ApiError::new(ErrorCode::NotEmpty, detail));
    }
    let scenes = demo::scenes().map_err(|_| ApiError::internal())?;
    let messages = scenes.len() + 1;
    for scene in scenes {
        let channel = account(&app, ws, &mut channels, scene.channel).await?;
        let arrival =
            Arrival { channel: &channel, kind: scene.channel, source: "demo", now_ms: engine.clock().now_ms() };
        let ingest = normalise::from_json(arrival, &scene.message, scene.line.as_bytes(), engine.ids());
        engine.receive(ingest.map_err(|_| ApiError::internal())?).await?;
    }
    let channel = account(&app, ws, &mut channels, ChannelKind::Email).await?;
    let ingest = engine.read_mail(&channel, "demo", demo::MAIL.to_vec()).await?;
    engine.receive(ingest).await?;
    Ok(Json(DemoLoaded { messages }))
}

/// The channel of a kind; made where there is none.
async fn account(
    app: &App,
    ws: &str,
    channels: &mut Vec<ChannelRow>,
    kind: ChannelKind,
) -> Result<ChannelRow, ApiError> {
    if let Some(known) = channels.iter().find(|row| row.kind == kind.as_str()) {
        return Ok(known.clone());
    }
    let (name, address) = (demo::NAME.to_owned(), demo::address(kind).to_owned());
    let id = app.engine().ids().next(IdKind::Channel);
    let write = Write::Channel { id: id.clone(), kind: kind.to_string(), name, address };
    app.engine().commit_writes(ws, vec![write]).await?;
    let row = found(app, ws, &id).await?;
    channels.push(row.clone());
    Ok(row)
}
