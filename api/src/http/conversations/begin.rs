use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::begin::To;
use remit_engine::decide::person::Edit;
use remit_engine::decide::reply::Compose;
use remit_engine::store::inbox;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Conversation;
use super::reply::few;
use crate::http::auth::{Closer, Rep};
use crate::http::drafts::one_line;
use crate::http::error::ApiError;
use crate::http::extract::{JsonBody, text};
use crate::http::state::App;
use crate::http::time;

/// A conversation that you begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConversation {
    /// By which channel, `chn_…`.
    #[schema(min_length = 1, max_length = 100)]
    channel_id: String,
    /// To whom, `con_…`; or say `to`.
    #[serde(default)]
    #[schema(max_length = 100)]
    contact_id: Option<String>,
    /// To an address. Who has it already is found; else a contact is made.
    #[serde(default)]
    to: Option<NewRecipient>,
    /// Subject, for mail.
    #[serde(default)]
    #[schema(max_length = 900)]
    subject: Option<String>,
    /// The text.
    #[schema(min_length = 1, max_length = 100_000)]
    body_text: String,
    /// When it should leave, RFC 3339; now when left out.
    #[serde(default)]
    #[schema(format = DateTime)]
    send_at: Option<String>,
    /// You know that the contact does not want to be written to, and write all the same. It is recorded.
    #[serde(default)]
    knows_opted_out: bool,
    /// Files that go along, `att_…`, for mail: at most 20, and 25 MiB together.
    #[serde(default)]
    #[schema(max_items = 20)]
    attachment_ids: Vec<String>,
}

/// An address to write to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRecipient {
    /// Mail address, phone number with country code, or the chat visitor's id.
    #[schema(min_length = 1, max_length = 320)]
    address: String,
    /// Name, for a contact who is made.
    #[serde(default)]
    #[schema(max_length = 200)]
    name: Option<String>,
}

/// Begin a conversation
///
/// With a message of your own, by any channel. The AI is silent in it until you hand it back. By mail it is a thread of its
/// own; elsewhere there is one open conversation with a contact at a time, and `conversation_open` names it.
#[utoipa::path(
    post,
    path = "/api/v1/conversations",
    tag = "conversations",
    request_body = NewConversation,
    responses(
        (status = 201, description = "The conversation, its message on its way", body = Conversation),
        (status = 404, description = "`not_found`: the channel, the contact or a file"),
        (status = 409, description = "`conversation_open`, `opted_out`, `channel_inactive`, `no_files`, `no_address`, `no_policy`"),
    )
)]
pub(crate) async fn begin_conversation(
    rep: Rep<Closer>,
    State(app): State<App>,
    JsonBody(new): JsonBody<NewConversation>,
) -> Result<(StatusCode, Json<Conversation>), ApiError> {
    let to = match (new.contact_id, new.to) {
        (Some(id), None) => To::Contact(id),
        (None, Some(to)) => {
            let name = to.name.as_deref().map(|name| one_line("/to/name", name)).transpose()?;
            To::Address(to.address, name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()))
        }
        _ => return Err(ApiError::field("/to", "invalid", "say either `to` or `contact_id`")),
    };
    few(&new.attachment_ids)?;
    let compose = Compose {
        text: Edit {
            subject: new.subject.as_deref().map(|subject| one_line("/subject", subject)).transpose()?,
            body_text: text("/body_text", &new.body_text, 100_000)?.to_owned(),
        },
        send_at: new.send_at.as_deref().map(|at| time::future("/send_at", at, app.now_ms())).transpose()?,
        revision: None,
        knows_opted_out: new.knows_opted_out,
        files: new.attachment_ids,
    };
    let id = app.engine().begin_conversation(&rep.row, &new.channel_id, &to, &compose).await?;
    let mut reader = app.read().await?;
    let row = inbox::one(&mut reader.conn(), rep.workspace(), &id, &rep.row.id).await?;
    let row = row.ok_or_else(ApiError::internal)?;
    Ok((StatusCode::CREATED, Json(Conversation::of(row, app.now_ms()))))
}
