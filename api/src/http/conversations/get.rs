use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ai_status::AiStatus;
use super::{Conversation, shown, tagged};
use crate::http::auth::Rep;
use crate::http::channels::list::{Channel, shown as channel};
use crate::http::contacts::get::Contact;
use crate::http::error::ApiError;
use crate::http::extract::{Id, RepeatedQuery};
use crate::http::scope::Scope;
use crate::http::state::App;

/// What a conversation can be shown with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Include {
    /// Its contact, with every address.
    Contact,
    /// Its channel.
    Channel,
    /// Why the AI did or did not answer the latest message.
    AiStatus,
}

impl Include {
    /// What a key must hold to read it.
    const fn scope(self) -> Scope {
        match self {
            Self::Contact => Scope::ContactsRead,
            Self::Channel => Scope::ChannelsRead,
            Self::AiStatus => Scope::ConversationsRead,
        }
    }
}

/// What to show beside the conversation.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConversationQuery {
    /// What to show in `included`; said again, also that. A key that was limited needs what it would need to read it alone. The
    /// answer has no `ETag` then: what is included changes by itself.
    #[serde(default)]
    #[param(inline)]
    include: Vec<Include>,
}

/// What a conversation is shown with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Included {
    /// The contact, with `include=contact`.
    #[schema(required)]
    contact: Option<Contact>,
    /// The channel, with `include=channel`.
    #[schema(required)]
    channel: Option<Channel>,
    /// Why the AI did or did not answer, with `include=ai_status`.
    #[schema(required)]
    ai_status: Option<AiStatus>,
}

/// One conversation
///
/// Looking does not mark it as read. One that was merged into another is 410, and `merged_into` names that.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`"), ConversationQuery),
    responses((status = 200, description = "The conversation", body = Conversation))
)]
pub(crate) async fn get_conversation(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    RepeatedQuery(query): RepeatedQuery<ConversationQuery>,
) -> Result<Response, ApiError> {
    if query.include.is_empty() {
        return tagged(&app, &rep, &id).await;
    }
    for include in &query.include {
        rep.principal.must_hold(include.scope())?;
    }
    let mut conversation = shown(&app, &rep, &id).await?;
    let wants = |include: Include| query.include.contains(&include);
    let contact = if wants(Include::Contact) {
        let mut reader = app.read().await?;
        Contact::read(&mut reader.conn(), rep.workspace(), &conversation.contact.id, app.now_ms()).await?
    } else {
        None
    };
    let channel =
        if wants(Include::Channel) { Some(channel(&app, &rep, &conversation.channel_id).await?) } else { None };
    let ai_status = if wants(Include::AiStatus) { Some(AiStatus::read(&app, &rep, &id, None).await?) } else { None };
    conversation.included = Some(Box::new(Included { contact, channel, ai_status }));
    Ok(Json(conversation).into_response())
}
