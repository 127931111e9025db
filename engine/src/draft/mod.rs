//! Writes replies.
//!
//! [`TemplateDrafter`] fills the policy's templates. A template comes from the policy alone; what a contact wrote or is
//! called only ever fills a place in it, as plain text of one line.

pub mod check;
mod knowledge;
mod pdf;
mod templates;
mod values;

pub use knowledge::Knowledge;
pub use templates::TemplateDrafter;

/// What the source of a draft begins with that a template of the policy made.
pub const TEMPLATE: &str = "template:";
/// What the source of a draft begins with that a language model wrote.
pub const MODEL: &str = "model:";
