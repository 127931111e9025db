//! Writes replies.
//!
//! [`TemplateDrafter`] fills the policy's templates. A template comes from the policy alone; what a contact wrote or is
//! called only ever fills a place in it, as plain text of one line.

mod templates;
mod values;

pub use templates::TemplateDrafter;
