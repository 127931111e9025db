//! Where meanings come from, for a classifier that looks at more than words.

use std::fmt::Debug;
use std::sync::Arc;

/// Turns a text into a vector whose direction says what it means.
pub trait Encoder: Send + Sync + Debug {
    /// Identifies the model exactly: the same id and the same text give the same vector, but for the last digits on
    /// another kind of processor.
    fn id(&self) -> &str;
    /// What the ids of classifiers begin with that look at it: `semantic-static`, `semantic-transformer`.
    fn tier(&self) -> &'static str;
    /// Numbers of a vector.
    fn width(&self) -> usize;
    /// Whether an answer takes milliseconds, so that it should not be waited for on a thread that serves.
    fn takes_long(&self) -> bool;
    /// The vector of a text: of length 1, or all zeros where it means nothing.
    fn encode(&self, text: &str) -> Vec<f32>;
    /// Those of many texts that will be asked for again.
    fn encode_examples(&self, texts: &[&str]) -> Vec<Arc<[f32]>>;
}
