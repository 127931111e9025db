//! Kept filters of the inbox, one's own and those for everybody.

pub(crate) mod change;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod keep;
pub(crate) mod list;

use remit_engine::store::read;
use remit_engine::store::rows::ViewRow;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::auth::{Rep, Role};
use super::conversations::filter::{AiStateFilter, ConversationOrder};
use super::error::ApiError;
use super::extract::{MOST_VALUES, text};
use super::state::App;
use super::time::{self, Timestamp};

/// A kept filter: parameters of `GET /conversations`, and nothing else. Where one and a list of the same are there, both are
/// meant: `channel` and `channels` together are what is said as `channel`, once or more often.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewFilter {
    /// `email`, `sms`, `whatsapp`, `chat` or `voice`.
    #[serde(default)]
    #[schema(required)]
    channel: Option<ViewChannel>,
    /// Only those with messages that whoever looks has not seen.
    #[serde(default)]
    #[schema(required)]
    unread: bool,
    /// Only those that a person must look at.
    #[serde(default)]
    #[schema(required)]
    requires_action: bool,
    /// `open`, `snoozed` or `closed`.
    #[serde(default)]
    #[schema(required)]
    status: Option<ViewStatus>,
    /// A user, `usr_…`; `me` for whoever looks, `none` for nobody.
    #[serde(default)]
    #[schema(required, max_length = 100)]
    assignee: Option<String>,
    /// A tag, `tag_…`.
    #[serde(default)]
    #[schema(required, max_length = 100)]
    tag: Option<String>,
    /// A contact, `con_…`.
    #[serde(default)]
    #[schema(required, max_length = 100)]
    contact_id: Option<String>,
    /// Kinds of channel, beside `channel`.
    #[serde(default)]
    #[schema(max_items = 5)]
    channels: Vec<ViewChannel>,
    /// A channel account, `chn_…`.
    #[serde(default)]
    #[schema(max_length = 100)]
    channel_id: Option<String>,
    /// States, beside `status`.
    #[serde(default)]
    #[schema(max_items = 3)]
    statuses: Vec<ViewStatus>,
    /// Users, `me` and `none`, beside `assignee`.
    #[serde(default)]
    #[schema(max_items = 20)]
    assignees: Vec<String>,
    /// Teams, by their names: `team`.
    #[serde(default)]
    #[schema(max_items = 20)]
    teams: Vec<String>,
    /// Tags, beside `tag`.
    #[serde(default)]
    #[schema(max_items = 20)]
    tags: Vec<String>,
    /// Why a person must look: `reason`.
    #[serde(default)]
    #[schema(max_items = 20)]
    reasons: Vec<String>,
    /// What the latest message from outside is about: `intent`.
    #[serde(default)]
    #[schema(max_items = 20)]
    intents: Vec<String>,
    /// What the AI does: `ai_state`.
    #[serde(default)]
    #[schema(max_items = 5)]
    ai_states: Vec<AiStateFilter>,
    /// Something happened after this time.
    #[serde(default)]
    #[schema(format = DateTime)]
    updated_after: Option<String>,
    /// In which order.
    #[serde(default)]
    sort: Option<ConversationOrder>,
}

impl ViewFilter {
    /// Whether it can be asked for: ids and names that a list takes, no more of them, and a time that is one.
    fn check(&self) -> Result<(), ApiError> {
        let ids = [
            ("assignee", &self.assignee),
            ("tag", &self.tag),
            ("contact_id", &self.contact_id),
            ("channel_id", &self.channel_id),
        ];
        for (name, id) in ids {
            id.as_deref().map(|id| text(&format!("/filter/{name}"), id, 100)).transpose()?;
        }
        let lists = [
            ("assignees", &self.assignees, usize::from(self.assignee.is_some())),
            ("teams", &self.teams, 0),
            ("tags", &self.tags, usize::from(self.tag.is_some())),
            ("reasons", &self.reasons, 0),
            ("intents", &self.intents, 0),
        ];
        for (name, list, beside) in lists {
            most(name, list.len(), MOST_VALUES - beside)?;
            for (at, value) in list.iter().enumerate() {
                let pointer = format!("/filter/{name}/{at}");
                if text(&pointer, value, 100)?.contains(',') {
                    return Err(ApiError::field(pointer, "invalid", "must name one thing, without a comma"));
                }
            }
        }
        most("channels", self.channels.len(), 5 - usize::from(self.channel.is_some()))?;
        most("statuses", self.statuses.len(), 3 - usize::from(self.status.is_some()))?;
        most("ai_states", self.ai_states.len(), 5)?;
        match &self.updated_after {
            Some(at) if time::parse(at).is_none() => {
                let message = "must be a time, 2026-03-02T09:00:00Z";
                Err(ApiError::field("/filter/updated_after", "invalid", message))
            }
            _ => Ok(()),
        }
    }
}

/// A list takes so many of these.
fn most(name: &str, there_are: usize, most: usize) -> Result<(), ApiError> {
    if there_are <= most {
        return Ok(());
    }
    Err(ApiError::field(format!("/filter/{name}"), "too_long", format!("must have at most {most} values")))
}

/// A kept filter as it is answered: nothing of it is left out.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct KeptFilter(ViewFilter);

impl PartialSchema for KeptFilter {
    fn schema() -> RefOr<Schema> {
        let mut schema = ViewFilter::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.required = object.properties.keys().cloned().collect();
        }
        schema
    }
}

impl ToSchema for KeptFilter {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ViewFilter::schemas(schemas);
    }
}

/// Kinds of channel.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ViewChannel {
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

/// Where conversations stand.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ViewStatus {
    /// Neither closed nor snoozed.
    Open,
    /// Out of sight until a time.
    Snoozed,
    /// Dealt with.
    Closed,
}

/// A kept filter of the inbox.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct View {
    /// Its id, `view_…`.
    id: String,
    /// Its name.
    name: String,
    /// Everybody sees it.
    shared: bool,
    /// Whose it is, `usr_…`.
    owner_id: String,
    /// Their name.
    owner_name: String,
    /// What it shows.
    filter: KeptFilter,
    /// When it was made.
    created_at: Timestamp,
    /// Counts its changes.
    version: i64,
}

impl From<ViewRow> for View {
    fn from(row: ViewRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            shared: row.shared,
            owner_id: row.owner_id,
            owner_name: row.owner_name,
            filter: KeptFilter(serde_json::from_str(&row.filter).unwrap_or_default()),
            created_at: Timestamp(row.created_at),
            version: row.version,
        }
    }
}

/// A filter to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewView {
    /// Its name.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Everybody shall see it.
    #[serde(default)]
    shared: bool,
    /// What it shows.
    filter: ViewFilter,
}

impl NewView {
    /// Name and filter as they are kept.
    fn checked(&self) -> Result<(String, String), ApiError> {
        let name = text("/name", &self.name, 100)?.to_owned();
        self.filter.check()?;
        let filter = serde_json::to_string(&self.filter).map_err(|_| ApiError::internal())?;
        Ok((name, filter))
    }
}

/// The view, where it is theirs or everybody's, or 404.
async fn found<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<ViewRow, ApiError> {
    let mut reader = app.read().await?;
    let view = read::view(&mut reader.conn(), rep.workspace(), id).await?;
    let view = view.filter(|view| view.shared || view.owner_id == rep.row.id);
    view.ok_or_else(|| ApiError::not_found("view"))
}

/// The view, where they may change it: their own, and as a manager everybody's.
async fn own<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<ViewRow, ApiError> {
    let view = found(app, rep, id).await?;
    if view.owner_id == rep.row.id || rep.has(Role::Manager) {
        Ok(view)
    } else {
        Err(ApiError::needs_role(Role::Manager, rep.principal.role.as_str()))
    }
}
