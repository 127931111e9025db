//! Tags: words that people put on conversations.

pub(crate) mod change;
pub(crate) mod list;
pub(crate) mod make;

use remit_engine::store::rows::TagRow;
use serde::Serialize;
use utoipa::ToSchema;

/// A tag.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tag {
    /// `tag_…`.
    pub(super) id: String,
    /// The word.
    pub(super) name: String,
}

impl From<TagRow> for Tag {
    fn from(row: TagRow) -> Self {
        Self { id: row.id, name: row.name }
    }
}

/// Tags as a list of conversations has them: `<id>:<name>` with commas between; in the order of their names.
pub(crate) fn read(packed: Option<String>) -> Vec<Tag> {
    let packed = packed.unwrap_or_default();
    let one = |text: &str| text.split_once(':').map(|(id, name)| Tag { id: id.to_owned(), name: name.to_owned() });
    let mut tags: Vec<Tag> = packed.split(',').filter_map(one).collect();
    tags.sort_by(|one, other| one.name.cmp(&other.name));
    tags
}
