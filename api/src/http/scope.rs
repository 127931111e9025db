//! Scopes: parts of what may be done, which a key can be limited to. A role says how much somebody is trusted, a kind of key
//! what may be done without a person; a scope only narrows that. Which operation needs which stands in [`super::permit`].

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Declares the scopes: variant, word, and what it lets. Words are passed as tokens, or the schema would not see them.
macro_rules! scopes {
    ($($name:ident = $word:tt, $about:tt;)+) => {
        /// A part of what may be done, which a key can be limited to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        pub(crate) enum Scope { $(#[doc = $about] #[serde(rename = $word)] $name,)+ }

        impl Scope {
            /// Every scope.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)+];

            /// The word in rows and documents.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// What it lets, for people.
            pub(crate) const fn about(self) -> &'static str {
                match self { $(Self::$name => $about,)+ }
            }
        }
    };
}

scopes! {
    ConversationsRead = "conversations:read", "Read conversations, messages, timelines, decisions and jobs; search; mark as read.";
    ConversationsWrite = "conversations:write", "Assign, tag, flag, snooze, close and merge conversations; correct an intent.";
    MessagesSend = "messages:send", "Send: reply, begin a conversation, try again what failed.";
    MessagesRaw = "messages:raw", "Read mails as they came in.";
    DraftsRead = "drafts:read", "Read drafts, and what is being typed.";
    DraftsWrite = "drafts:write", "Write, edit, ask for and discard drafts, which a person decides on.";
    ApprovalsRead = "approvals:read", "Read what waits for approval.";
    ApprovalsDecide = "approvals:decide", "Approve and reject.";
    NotesRead = "notes:read", "Read internal notes.";
    NotesWrite = "notes:write", "Write internal notes.";
    ContactsRead = "contacts:read", "Read contacts, and whether the AI may answer them.";
    ContactsWrite = "contacts:write", "Make, change, merge and erase contacts; keep that one wants no messages.";
    TimelineWrite = "timeline:write", "Tell what happened elsewhere: meetings, calls, stages.";
    AiControl = "ai:control", "Pause and resume the AI for a contact; take conversations over and hand them back.";
    ChannelsRead = "channels:read", "Read channels and how they are.";
    ChannelsManage = "channels:manage", "Connect, change, test, switch and delete channels.";
    AgentsManage = "agents:manage", "Say which AI agents there are and where they answer.";
    PoliciesRead = "policies:read", "Read, check, compare, simulate and replay policies; read certificates.";
    PoliciesWrite = "policies:write", "Keep versions of the policy, without putting them in force.";
    PoliciesPublish = "policies:publish", "Put a version in force or back; issue and revoke certificates.";
    KillswitchEngage = "killswitch:engage", "Stop sending.";
    KillswitchRelease = "killswitch:release", "Let sending go on after a stop.";
    EventsRead = "events:read", "Follow the event log.";
    WebhooksManage = "webhooks:manage", "Everything about webhooks.";
    SettingsManage = "settings:manage", "Settings of the workspace, teams, names of tags.";
    UsersRead = "users:read", "Read who is in the workspace, and in which teams.";
    UsersManage = "users:manage", "Add and change users, also their roles: whoever holds it can come to hold everything.";
    KeysManage = "keys:manage", "Make and revoke keys.";
    AuditRead = "audit:read", "Read who changed what.";
    ExportRead = "export:read", "Export a contact, or everything.";
    MetricsRead = "metrics:read", "Read what the process counts.";
}

impl Scope {
    /// The scope of a word; none for a word that is not known.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == word)
    }

    /// The scopes of a column: `None` where the key was not limited. A word that is not known lets nothing.
    pub(crate) fn read(column: &str) -> Option<Vec<Self>> {
        (!column.is_empty()).then(|| column.split(' ').filter_map(Self::of).collect())
    }

    /// The same as a column, each once and in one order.
    pub(crate) fn written(scopes: &[Self]) -> String {
        let words = Self::ALL.iter().filter(|scope| scopes.contains(scope)).map(|scope| scope.as_str());
        words.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_kept_as_words_and_an_unknown_word_lets_nothing() {
        let some = [Scope::NotesWrite, Scope::NotesRead, Scope::NotesWrite];
        assert_eq!(Scope::written(&some), "notes:read notes:write");
        assert_eq!(Scope::read("notes:read notes:write"), Some(vec![Scope::NotesRead, Scope::NotesWrite]));
        assert_eq!(Scope::read(""), None);
        assert_eq!(Scope::read("everything"), Some(Vec::new()));
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
        let schema = serde_json::to_value(<Scope as utoipa::PartialSchema>::schema()).unwrap();
        assert_eq!(schema["enum"], serde_json::to_value(Scope::ALL).unwrap());
    }
}
