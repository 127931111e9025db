//! Kept filters of the inbox, one's own and those for everybody.

pub(crate) mod change;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod keep;
pub(crate) mod list;

use remit_engine::store::read;
use remit_engine::store::rows::ViewRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{Rep, Role};
use super::error::ApiError;
use super::extract::text;
use super::state::App;
use super::time::Timestamp;

/// A kept filter: parameters of `GET /conversations`, and nothing else.
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
    filter: ViewFilter,
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
            filter: serde_json::from_str(&row.filter).unwrap_or_default(),
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
        let ids = [
            ("/filter/assignee", &self.filter.assignee),
            ("/filter/tag", &self.filter.tag),
            ("/filter/contact_id", &self.filter.contact_id),
        ];
        for (pointer, id) in ids {
            id.as_deref().map(|id| text(pointer, id, 100)).transpose()?;
        }
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
