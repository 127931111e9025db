use axum::Json;
use axum::extract::State;
use remit_engine::domain::ChannelKind;
use remit_engine::store::inbox;
use remit_engine::store::read::ConversationFilter;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Conversation;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, Limit, List, page};
use crate::http::state::App;

page! {
    /// A page of conversations.
    ConversationPage of Conversation
}

/// Kinds of channel.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChannelFilter {
    /// Mail.
    Email,
    /// Text messages.
    Sms,
    /// WhatsApp.
    Whatsapp,
    /// The chat box of a web site.
    Chat,
    /// Telephone.
    Voice,
}

impl ChannelFilter {
    const fn kind(self) -> ChannelKind {
        match self {
            Self::Email => ChannelKind::Email,
            Self::Sms => ChannelKind::Sms,
            Self::Whatsapp => ChannelKind::Whatsapp,
            Self::Chat => ChannelKind::Chat,
            Self::Voice => ChannelKind::Voice,
        }
    }
}

/// Which conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConversationQuery {
    /// Only this kind of channel.
    #[param(inline)]
    channel: Option<ChannelFilter>,
    /// `true`: only those with messages you have not seen. `false` filters nothing.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false)]
    unread: bool,
    /// `true`: only those that a person must look at. `false` filters nothing.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false)]
    requires_action: bool,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows in the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    limit: Limit,
}

/// The inbox
///
/// Most recent activity first. Filters combine: a row must pass them all. A conversation that becomes active while you
/// turn pages moves to the top; it is not repeated further down.
#[utoipa::path(
    get,
    path = "/api/v1/conversations",
    tag = "conversations",
    security(("key" = ["viewer"])),
    params(ConversationQuery),
    responses((status = 200, description = "A page of conversations", body = ConversationPage))
)]
pub(crate) async fn list_conversations(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<ConversationQuery>,
) -> Result<Json<ConversationPage>, ApiError> {
    let channel = query.channel.map(|channel| channel.kind().as_str());
    let filter = ConversationFilter {
        channel,
        unread_by: query.unread.then_some(rep.row.id.as_str()),
        requires_action: query.requires_action,
    };
    let flags = format!("{}{}", query.unread, query.requires_action);
    let parts = ["conversations", rep.workspace(), &rep.row.id, channel.unwrap_or_default(), &flags];
    let list = List::new(&app, &parts);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let before = (start.sort, start.id.as_str());
    let rows =
        inbox::page(&mut reader.conn(), rep.workspace(), &rep.row.id, filter, before, query.limit.with_next()).await?;
    drop(reader);
    let (rows, next_cursor) = list
        .cut(rows, query.limit, |row| Key { sort: row.conversation.last_activity_at, id: row.conversation.id.clone() });
    let now_ms = app.now_ms();
    let data = rows.into_iter().map(|row| Conversation::of(row, now_ms)).collect();
    Ok(Json(ConversationPage { data, next_cursor }))
}
