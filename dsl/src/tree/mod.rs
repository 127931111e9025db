#![doc = include_str!("../../TREE.md")]

pub(crate) mod document;
pub(crate) mod items;
pub(crate) mod shape;
mod tidy;
pub(crate) mod words;

use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::format;
use crate::parse::LARGEST_FILE;
use document::Document;
use shape::Fields as _;

/// The version of the shape of the JSON.
pub const VERSION: u32 = 1;

/// Deepest nesting of JSON. Text may nest 32 brackets, and each takes at most three levels here.
const DEEPEST_JSON: usize = 128;

/// Why JSON is not the tree of a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// A value of another kind than its place needs.
    #[error("{}: expected {expected}, found {found}", place(path))]
    Unexpected {
        /// Where, such as `items[3].when.all[0]`; empty for the whole.
        path: String,
        /// What the place needs.
        expected: String,
        /// What is there, shortened.
        found: String,
    },
    /// A key that this object does not have, perhaps a typing mistake.
    #[error("{}: `{key}` is not known here; known are {}", place(path), known.join(", "))]
    UnknownKey {
        /// Where the object is.
        path: String,
        /// The key, shortened.
        key: String,
        /// The keys that are known.
        known: Vec<String>,
    },
    /// A key that this object needs.
    #[error("{}: {key} is missing", place(path))]
    MissingKey {
        /// Where the object is.
        path: String,
        /// The key, or the keys of which one is needed.
        key: String,
    },
    /// Deeper nesting than any policy can have.
    #[error("the JSON is nested more than {DEEPEST_JSON} deep")]
    TooDeep,
    /// A larger policy than a file may hold.
    #[error("the policy would have {bytes} bytes, and {LARGEST_FILE} are allowed")]
    TooLarge {
        /// Its size as text, or a lower bound of it.
        bytes: usize,
    },
    /// The policy cannot be written: its text would not be read as this tree again.
    #[error("this tree cannot be written as a policy: {reason}")]
    NotWritable {
        /// What the text would be read as, or what is wrong with it.
        reason: String,
    },
}

fn place(path: &str) -> &str {
    if path.is_empty() { "the tree" } else { path }
}

/// A value for a message.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl TreeError {
    fn unexpected(expected: &str, found: &Value) -> Self {
        let found = match found {
            Value::Null => "null".to_owned(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => shorten(&found.to_string()),
            Value::Array(entries) => format!("a list of {}", entries.len()),
            Value::Object(map) => {
                let keys: Vec<&str> = map.keys().take(4).map(String::as_str).collect();
                shorten(&format!("an object with {{{}}}", keys.join(", ")))
            }
        };
        Self::Unexpected { path: String::new(), expected: expected.to_owned(), found }
    }

    /// The same error, seen from one level further out.
    fn within(mut self, step: &str) -> Self {
        match &mut self {
            Self::Unexpected { path, .. } | Self::UnknownKey { path, .. } | Self::MissingKey { path, .. } => {
                path.insert_str(0, step);
            }
            Self::TooDeep | Self::TooLarge { .. } | Self::NotWritable { .. } => {}
        }
        self
    }

    /// The same error, seen from the whole tree: a path starts with a key, not with a full stop.
    fn seen_from_the_top(mut self) -> Self {
        match &mut self {
            Self::Unexpected { path, .. } | Self::UnknownKey { path, .. } | Self::MissingKey { path, .. } => {
                if path.starts_with('.') {
                    path.remove(0);
                }
            }
            Self::TooDeep | Self::TooLarge { .. } | Self::NotWritable { .. } => {}
        }
        self
    }

    fn inside(self, key: &str) -> Self {
        self.within(&format!(".{key}"))
    }

    fn inside_list(self, at: usize) -> Self {
        self.within(&format!("[{at}]"))
    }
}

/// The tree of a policy file as JSON, with every comment. The names in it are not resolved and imports not followed.
///
/// # Errors
/// What is wrong with the text: a file with syntax errors has no tree.
pub fn to_json(text: &str) -> Result<Value, Vec<Diagnostic>> {
    format::read(text).map(|document| document.write_tree())
}

/// The text of a policy file from its tree, in the layout of [`crate::format::format`].
///
/// The text is parsed again before it is given out, so that it is read as this tree and as nothing else.
///
/// # Errors
/// [`TreeError`] says which value is wrong and what was expected there.
pub fn from_json(tree: &Value) -> Result<String, TreeError> {
    if deeper_than(tree, DEEPEST_JSON) {
        return Err(TreeError::TooDeep);
    }
    let mut document = Document::read_tree(tree).map_err(TreeError::seen_from_the_top)?;
    document.tidy();
    let text = format::print(&document);
    if text.len() > LARGEST_FILE {
        return Err(TreeError::TooLarge { bytes: text.len() });
    }
    match format::read(&text) {
        Ok(again) if again == document => Ok(text),
        Ok(_) => Err(TreeError::NotWritable { reason: "it would be read in another way".to_owned() }),
        Err(found) => {
            let first = found.first().map_or_else(String::new, |first| format!("{} ({})", first.message, first.code));
            Err(TreeError::NotWritable { reason: first })
        }
    }
}

/// A JSON Schema (draft 2020-12) of the tree. Every tree fits it; it does not know which words are reserved.
pub fn schema() -> Value {
    let mut definitions = shape::Definitions::new();
    let mut top = shape::ObjectSchema::new(&mut definitions);
    top.property("version", json!({"const": VERSION}), true);
    Document::describe(&mut top);
    let mut schema = top.finish();
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("The tree of a Remit policy");
    schema["$defs"] = Value::Object(definitions);
    schema
}

fn deeper_than(value: &Value, limit: usize) -> bool {
    let mut left = vec![(value, 1_usize)];
    while let Some((value, depth)) = left.pop() {
        if depth > limit {
            return true;
        }
        match value {
            Value::Array(entries) => left.extend(entries.iter().map(|entry| (entry, depth + 1))),
            Value::Object(map) => left.extend(map.values().map(|entry| (entry, depth + 1))),
            _ => {}
        }
    }
    false
}
