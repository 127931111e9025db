//! Reads one message and names its intent.
//!
//! The default needs nothing but the policy: [`EmbeddedClassifier`] learns from its examples in a fraction of a second
//! and abstains where it knows little. Rules for what must not be missed ([`signals`]) run before it and can only make
//! an outcome stricter. Everything here is values in, values out, and the same bit for bit in every run.

mod background;
mod calibrate;
pub mod certify;
pub mod drift;
mod embedded;
mod features;
mod folding;
mod hashing;
mod logistic;
mod meaning;
mod mood;
mod neighbours;
mod parts;
pub mod quality;
mod risk;
mod rules;
mod strip;
mod training;

pub use embedded::EmbeddedClassifier;
pub(crate) use folding::first_chars;
pub use meaning::Encoder;
pub use mood::mood;
pub use risk::risk;
pub use rules::{RuleSignals, signals};
pub use strip::strip;
