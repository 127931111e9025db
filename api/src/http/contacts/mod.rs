//! Contacts: people outside, and whether the AI may answer them.

pub(crate) mod ai;
pub(crate) mod change;
pub(crate) mod do_not_contact;
pub(crate) mod erase;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod make;
pub(crate) mod merge;
pub(crate) mod pause;
pub(crate) mod resume;

use remit_engine::store::read;
use remit_engine::store::rows::ContactRow;

use super::auth::Rep;
use super::error::ApiError;
use super::state::App;

/// The contact, or 404.
pub(crate) async fn found<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<ContactRow, ApiError> {
    let mut reader = app.read().await?;
    read::contact(&mut reader.conn(), rep.workspace(), id).await?.ok_or_else(|| ApiError::not_found("contact"))
}
