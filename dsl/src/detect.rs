//! Detectors: named yes/no questions about the text of a message, a draft or a thread.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the detectors look at.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The text of the inbound message.
    pub message: &'a str,
    /// The text of the draft; `None` when there is none (yet).
    pub draft: Option<&'a str>,
    /// The text of the whole thread, oldest message first.
    pub thread: &'a str,
    /// MIME types of the message's attachments.
    pub attachments: &'a [&'a str],
    /// Model scores (0 to 1) by name. An absent score counts as failed.
    pub scores: &'a BTreeMap<String, f64>,
}

/// What the detectors found, by `<subject>.<detector>`, such as `message.legal_threat`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detections(pub BTreeMap<String, Detection>);

/// The result of one detector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// Found or not; `None` when it could not be determined.
    pub found: Option<bool>,
    /// The words found: at most 3, each at most 80 characters.
    pub evidence: Vec<String>,
}
