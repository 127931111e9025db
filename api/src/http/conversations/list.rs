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
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::RepeatedQuery;
use crate::http::page::{Key, Limit, List, page};
use crate::http::state::App;
use crate::http::time;

page! {
    /// A page of conversations.
    ConversationPage of Conversation
}

/// How often one filter may be said.
const MOST_VALUES: usize = 20;

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
    /// Only this kind of channel; said again, also that one.
    #[serde(default)]
    #[param(inline, max_items = 5)]
    channel: Vec<ChannelFilter>,
    /// Only this channel account, `chn_…`.
    channel_id: Option<String>,
    /// `true`: only those with messages you have not seen. `false` filters nothing.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false)]
    unread: bool,
    /// `true`: only those that a person must look at. `false` filters nothing.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false)]
    requires_action: bool,
    /// Only those that stand here; said again, also there.
    #[serde(default)]
    #[param(inline, max_items = 3)]
    status: Vec<StatusFilter>,
    /// Only those that this user looks after, `usr_…`; `me` for yourself, `none` for those that nobody looks after. Said again,
    /// also theirs.
    #[serde(default)]
    #[param(max_items = 20)]
    assignee: Vec<String>,
    /// Only those that this team looks after, by its name. Said again, also its.
    #[serde(default)]
    #[param(max_items = 20)]
    team: Vec<String>,
    /// Only those with this tag, `tag_…`; said again, also with that one.
    #[serde(default)]
    #[param(max_items = 20)]
    tag: Vec<String>,
    /// Only those that a person must look at for this reason, such as `approval_pending`; said again, also for that one.
    #[serde(default)]
    #[param(max_items = 20)]
    reason: Vec<String>,
    /// Only those in which something happened after this time, RFC 3339.
    #[param(format = DateTime)]
    updated_after: Option<String>,
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
/// turn pages moves to the top; it is not repeated further down. With more than one `channel`, `unread` and `requires_action` a
/// page may hold fewer rows than `limit`, even none, and have a next one all the same: go on until `next_cursor` is null.
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
    RepeatedQuery(query): RepeatedQuery<ConversationQuery>,
) -> Result<Json<ConversationPage>, ApiError> {
    query.checked()?;
    let flags = format!("{}{}", query.unread, query.requires_action);
    let (rows, next_cursor) = match query.plain_channel() {
        Some(channel) => plain(&app, &rep, &query, channel, &flags).await?,
        None => filtered(&app, &rep, &query, &flags).await?,
    };
    let now_ms = app.now_ms();
    let data = rows.into_iter().map(|row| Conversation::of(row, now_ms)).collect();
    Ok(Json(ConversationPage { data, next_cursor }))
}

impl ConversationQuery {
    /// The one channel kind, or none; `None` where something else is wanted. Each combination of what is left has an index
    /// of its own.
    fn plain_channel(&self) -> Option<Option<&'static str>> {
        let is_plain = self.status.is_empty()
            && self.assignee.is_empty()
            && self.team.is_empty()
            && self.tag.is_empty()
            && self.reason.is_empty()
            && self.contact_id.is_none()
            && self.channel_id.is_none()
            && self.updated_after.is_none();
        match self.channel.as_slice() {
            [] if is_plain => Some(None),
            [one] if is_plain => Some(Some(one.kind().as_str())),
            _ => None,
        }
    }

    fn checked(&self) -> Result<(), ApiError> {
        let wrong = |what: String| ApiError::new(ErrorCode::InvalidQuery, what);
        for (name, values) in
            [("assignee", &self.assignee), ("team", &self.team), ("tag", &self.tag), ("reason", &self.reason)]
        {
            if values.len() > MOST_VALUES {
                return Err(wrong(format!("`{name}` may be said {MOST_VALUES} times at most.")));
            }
            // They are asked for as a list with commas between.
            if values.iter().any(|value| value.contains(',') || value.chars().count() > 100) {
                return Err(wrong(format!("`{name}` names one thing each time, in at most 100 characters.")));
            }
        }
        if self.channel.len() > 5 || self.status.len() > 3 {
            return Err(wrong("`channel` or `status` is said too often.".to_owned()));
        }
        Ok(())
    }

    /// UTC milliseconds of `updated_after`.
    fn after(&self) -> Result<Option<i64>, ApiError> {
        let wrong = || ApiError::new(ErrorCode::InvalidQuery, "`updated_after` must be a time, 2026-03-02T09:00:00Z.");
        self.updated_after.as_deref().map(|text| time::parse(text).ok_or_else(wrong)).transpose()
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

async fn filtered(app: &App, rep: &Rep, query: &ConversationQuery, flags: &str) -> Result<Page, ApiError> {
    let whose: Vec<&str> = query
        .assignee
        .iter()
        .filter(|whose| *whose != "none")
        .map(|whose| if whose == "me" { rep.row.id.as_str() } else { whose.as_str() })
        .collect();
    let join = |words: &[String]| words.join(",");
    let channels = query.channel.iter().map(|one| one.kind().as_str()).collect::<Vec<_>>().join(",");
    let statuses = query.status.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(",");
    let (assignees, teams, tags, reasons) = (whose.join(","), join(&query.team), join(&query.tag), join(&query.reason));
    let wanted = Wanted {
        channels: &channels,
        channel_id: query.channel_id.as_deref(),
        statuses: &statuses,
        assignees: &assignees,
        unassigned: query.assignee.iter().any(|whose| whose == "none"),
        teams: &teams,
        contact: query.contact_id.as_deref(),
        tags: &tags,
        reasons: &reasons,
        after: query.after()?,
        unread: query.unread,
        requires_action: query.requires_action,
    };
    let after = wanted.after.map(|after| after.to_string()).unwrap_or_default();
    let parts = [
        "conversations filtered",
        rep.workspace(),
        &rep.row.id,
        &channels,
        flags,
        &statuses,
        &query.assignee.join(","),
        wanted.contact.unwrap_or_default(),
        &tags,
        &teams,
        &reasons,
        wanted.channel_id.unwrap_or_default(),
        &after,
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
