use axum::Json;
use axum::extract::State;
use remit_engine::domain::ChannelKind;
use remit_engine::store::filtered::{self, Wanted};
use remit_engine::store::inbox::{self, InboxRow};
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
    pub(crate) const fn kind(self) -> ChannelKind {
        match self {
            Self::Email => ChannelKind::Email,
            Self::Sms => ChannelKind::Sms,
            Self::Whatsapp => ChannelKind::Whatsapp,
            Self::Chat => ChannelKind::Chat,
            Self::Voice => ChannelKind::Voice,
        }
    }
}

/// Where conversations stand.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatusFilter {
    /// Neither closed nor snoozed.
    Open,
    /// Out of sight until a time.
    Snoozed,
    /// Dealt with.
    Closed,
}

impl StatusFilter {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Snoozed => "snoozed",
            Self::Closed => "closed",
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
    /// Only those that stand here.
    #[param(inline)]
    status: Option<StatusFilter>,
    /// Only those that this user looks after, `usr_…`; `me` for yourself, `none` for those that nobody looks after.
    assignee: Option<String>,
    /// Only those with this tag, `tag_…`.
    tag: Option<String>,
    /// Only those with this contact, `con_…`.
    contact_id: Option<String>,
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
/// turn pages moves to the top; it is not repeated further down. With `status`, `assignee`, `tag` or `contact_id` a page may
/// hold fewer rows than `limit`, even none, and have a next one all the same: go on until `next_cursor` is null.
#[utoipa::path(
    get,
    path = "/api/v1/conversations",
    tag = "conversations",
    params(ConversationQuery),
    responses((status = 200, description = "A page of conversations", body = ConversationPage))
)]
pub(crate) async fn list_conversations(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<ConversationQuery>,
) -> Result<Json<ConversationPage>, ApiError> {
    let channel = query.channel.map(|channel| channel.kind().as_str());
    let flags = format!("{}{}", query.unread, query.requires_action);
    let (rows, next_cursor) = if query.is_plain() {
        plain(&app, &rep, &query, channel, &flags).await?
    } else {
        filtered(&app, &rep, &query, channel, &flags).await?
    };
    let now_ms = app.now_ms();
    let data = rows.into_iter().map(|row| Conversation::of(row, now_ms)).collect();
    Ok(Json(ConversationPage { data, next_cursor }))
}

impl ConversationQuery {
    /// Each combination of the filters that are left has an index of its own.
    fn is_plain(&self) -> bool {
        self.status.is_none() && self.assignee.is_none() && self.tag.is_none() && self.contact_id.is_none()
    }
}

type Page = (Vec<InboxRow>, Option<String>);

fn key(row: &InboxRow) -> Key {
    Key { sort: row.conversation.last_activity_at, id: row.conversation.id.clone() }
}

async fn plain(
    app: &App,
    rep: &Rep,
    query: &ConversationQuery,
    channel: Option<&'static str>,
    flags: &str,
) -> Result<Page, ApiError> {
    let filter = ConversationFilter {
        channel,
        unread_by: query.unread.then_some(rep.row.id.as_str()),
        requires_action: query.requires_action,
    };
    let parts = ["conversations", rep.workspace(), &rep.row.id, channel.unwrap_or_default(), flags];
    let list = List::new(app, &parts);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let before = (start.sort, start.id.as_str());
    let rows =
        inbox::page(&mut reader.conn(), rep.workspace(), &rep.row.id, filter, before, query.limit.with_next()).await?;
    Ok(list.cut(rows, query.limit, key))
}

async fn filtered(
    app: &App,
    rep: &Rep,
    query: &ConversationQuery,
    channel: Option<&'static str>,
    flags: &str,
) -> Result<Page, ApiError> {
    let assignee = query.assignee.as_deref().filter(|whose| *whose != "none");
    let wanted = Wanted {
        channel,
        status: query.status.map(StatusFilter::as_str),
        assignee: assignee.map(|whose| if whose == "me" { rep.row.id.as_str() } else { whose }),
        unassigned: query.assignee.as_deref() == Some("none"),
        contact: query.contact_id.as_deref(),
        tag: query.tag.as_deref(),
        unread: query.unread,
        requires_action: query.requires_action,
    };
    let parts = [
        "conversations filtered",
        rep.workspace(),
        &rep.row.id,
        channel.unwrap_or_default(),
        flags,
        wanted.status.unwrap_or_default(),
        query.assignee.as_deref().unwrap_or_default(),
        wanted.contact.unwrap_or_default(),
        wanted.tag.unwrap_or_default(),
    ];
    let list = List::new(app, &parts);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let (conn, before) = (&mut reader.conn(), (start.sort, start.id.as_str()));
    let limit = query.limit.with_next();
    let found = filtered::page(conn, rep.workspace(), &rep.row.id, &wanted, before, limit, filtered::BUDGET).await?;
    let (rows, next) = list.cut(found.rows, query.limit, key);
    // Where the walk ended before the page was full, the next page begins there.
    let further = found.walked_to.map(|(sort, id)| list.write(&Key { sort, id }));
    Ok((rows, next.or(further)))
}
