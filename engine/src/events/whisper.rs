//! What is told in passing and kept nowhere: that somebody writes just now. It has no place in the log, is told to whoever
//! listens at that moment, in this process and in others, and may get lost.

use serde::{Deserialize, Serialize};

/// Somebody writes in a conversation, or does no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whisper {
    /// The workspace.
    pub workspace_id: String,
    /// The conversation.
    pub conversation_id: String,
    /// Who: the person outside, or one of ours.
    pub by: Writer,
    /// True while they write; false once they do not.
    pub typing: bool,
}

/// Who writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Writer {
    /// A visitor of a web site.
    Visitor,
    /// A person inside.
    Rep {
        /// Their name, as visitors see it.
        name: String,
    },
}
