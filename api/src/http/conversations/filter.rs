//! What lists of conversations, and the numbers beside them, are narrowed by.

use remit_engine::domain::ChannelKind;
use remit_engine::store::filtered::Wanted;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::{MOST_VALUES, joined, moment, one};
use crate::http::page::Limit;

/// Kinds of channel.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChannelFilter {
    /// Mail.
    Email,
    /// Text messages.
    Sms,
    /// WhatsApp.
    Whatsapp,
    /// The chat box of a web site.
    Chat,
    /// Telephone.
    Voice,
}

impl ChannelFilter {
    pub(crate) const fn kind(self) -> ChannelKind {
        match self {
            Self::Email => ChannelKind::Email,
            Self::Sms => ChannelKind::Sms,
            Self::Whatsapp => ChannelKind::Whatsapp,
            Self::Chat => ChannelKind::Chat,
            Self::Voice => ChannelKind::Voice,
        }
    }

    /// Their words with commas between.
    pub(crate) fn joined(all: &[Self]) -> Result<String, ApiError> {
        let words: Vec<String> = all.iter().map(|one| one.kind().as_str().to_owned()).collect();
        joined("channel", &words, 5)
    }
}

/// Where conversations stand.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatusFilter {
    /// Neither closed nor snoozed.
    Open,
    /// Out of sight until a time.
    Snoozed,
    /// Dealt with.
    Closed,
}

impl StatusFilter {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Snoozed => "snoozed",
            Self::Closed => "closed",
        }
    }
}

/// What the AI does in conversations.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AiStateFilter {
    /// It is paused for the contact.
    Paused,
    /// It is silent while a person writes.
    Off,
    /// Something of it waits for a person or a time.
    Held,
    /// It works on a message.
    Handling,
    /// None of these.
    Idle,
}

impl AiStateFilter {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Off => "off",
            Self::Held => "held",
            Self::Handling => "handling",
            Self::Idle => "idle",
        }
    }
}

/// In which order conversations come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConversationOrder {
    /// Most recent activity first.
    #[default]
    Newest,
    /// The longest without activity first.
    Oldest,
}

/// Filters as they were said.
#[derive(Debug)]
pub(crate) struct Filters {
    channel: Vec<ChannelFilter>,
    channel_id: Option<String>,
    unread: bool,
    requires_action: bool,
    status: Vec<StatusFilter>,
    assignee: Vec<String>,
    team: Vec<String>,
    tag: Vec<String>,
    reason: Vec<String>,
    intent: Vec<String>,
    ai_state: Vec<AiStateFilter>,
    updated_after: Option<String>,
    contact_id: Option<String>,
}

/// A query with these filters and more.
macro_rules! query {
    ($(#[$meta:meta])* $name:ident { $($more:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub(crate) struct $name {
            /// Only this kind of channel; said again, also that one.
            #[serde(default)]
            #[param(inline, max_items = 5)]
            channel: Vec<ChannelFilter>,
            /// Only this channel account, `chn_…`.
            channel_id: Option<String>,
            /// `true`: only those with messages you have not seen. `false` filters nothing.
            #[serde(default)]
            #[param(value_type = Option<bool>, default = false)]
            unread: bool,
            /// `true`: only those that a person must look at. `false` filters nothing.
            #[serde(default)]
            #[param(value_type = Option<bool>, default = false)]
            requires_action: bool,
            /// Only those that stand here; said again, also there.
            #[serde(default)]
            #[param(inline, max_items = 3)]
            status: Vec<StatusFilter>,
            /// Only those that this user looks after, `usr_…`; `me` for yourself, `none` for those that nobody looks after. Said
            /// again, also theirs.
            #[serde(default)]
            #[param(max_items = 20)]
            assignee: Vec<String>,
            /// Only those that this team looks after, by its name. Said again, also its.
            #[serde(default)]
            #[param(max_items = 20)]
            team: Vec<String>,
            /// Only those with this tag, `tag_…`; said again, also with that one.
            #[serde(default)]
            #[param(max_items = 20)]
            tag: Vec<String>,
            /// Only those that a person must look at for this reason, such as `approval_pending`; said again, also for that one.
            #[serde(default)]
            #[param(max_items = 20)]
            reason: Vec<String>,
            /// Only those whose latest message from outside has this intent now; said again, also that one.
            #[serde(default)]
            #[param(max_items = 20)]
            intent: Vec<String>,
            /// Only those in which the AI is in this state; said again, also in that one.
            #[serde(default)]
            #[param(inline, max_items = 5)]
            ai_state: Vec<AiStateFilter>,
            /// Only those in which something happened after this time, RFC 3339.
            #[param(format = DateTime)]
            updated_after: Option<String>,
            /// Only those with this contact, `con_…`.
            contact_id: Option<String>,
            $($more)*
        }

        impl $name {
            /// Its filters.
            fn filters(&mut self) -> Filters {
                use std::mem::take;
                Filters {
                    channel: take(&mut self.channel),
                    channel_id: take(&mut self.channel_id),
                    unread: self.unread,
                    requires_action: self.requires_action,
                    status: take(&mut self.status),
                    assignee: take(&mut self.assignee),
                    team: take(&mut self.team),
                    tag: take(&mut self.tag),
                    reason: take(&mut self.reason),
                    intent: take(&mut self.intent),
                    ai_state: take(&mut self.ai_state),
                    updated_after: take(&mut self.updated_after),
                    contact_id: take(&mut self.contact_id),
                }
            }

            /// What is asked for, as the store takes it.
            pub(crate) fn asked(&mut self, rep: &Rep, now_ms: i64) -> Result<Asked, ApiError> {
                Asked::of(self.filters(), rep, now_ms)
            }
        }
    };
}

query! {
    /// Which conversations, and in which order.
    ConversationQuery {
        /// In which order. With `requires_action=true`, `oldest` begins with whoever waits longest.
        #[serde(default)]
        #[param(value_type = Option<ConversationOrder>, inline)]
        pub(crate) sort: ConversationOrder,
        /// `next_cursor` or `prev_cursor` of another page.
        pub(crate) cursor: Option<String>,
        /// Rows in the page.
        #[serde(default)]
        #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
        pub(crate) limit: Limit,
    }
}

query! {
    /// Which conversations to count.
    ConversationCountQuery {}
}

/// Filters as the store takes them.
#[derive(Debug)]
pub(crate) struct Asked {
    channels: String,
    channel_id: String,
    unread: bool,
    requires_action: bool,
    statuses: String,
    assignees: String,
    unassigned: bool,
    teams: String,
    tags: String,
    reasons: String,
    intents: String,
    ai_states: String,
    /// UTC milliseconds.
    pub(crate) after: Option<i64>,
    contact: String,
    now: i64,
}

/// Whose things: users with commas between, `me` being the rep; and whether those that nobody has are meant as well.
pub(crate) fn assignees(said: &[String], rep: &Rep) -> Result<(String, bool), ApiError> {
    joined("assignee", said, MOST_VALUES)?;
    let whose: Vec<&str> = said
        .iter()
        .filter(|whose| *whose != "none")
        .map(|whose| if whose == "me" { rep.row.id.as_str() } else { whose.as_str() })
        .collect();
    Ok((whose.join(","), said.iter().any(|whose| whose == "none")))
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

impl Asked {
    fn of(said: Filters, rep: &Rep, now: i64) -> Result<Self, ApiError> {
        let (assignees, unassigned) = assignees(&said.assignee, rep)?;
        let statuses: Vec<String> = said.status.iter().map(|one| one.as_str().to_owned()).collect();
        let ai_states: Vec<String> = said.ai_state.iter().map(|one| one.as_str().to_owned()).collect();
        Ok(Self {
            channels: ChannelFilter::joined(&said.channel)?,
            channel_id: one("channel_id", said.channel_id.as_deref())?.to_owned(),
            unread: said.unread,
            requires_action: said.requires_action,
            statuses: joined("status", &statuses, 3)?,
            assignees,
            unassigned,
            teams: joined("team", &said.team, MOST_VALUES)?,
            tags: joined("tag", &said.tag, MOST_VALUES)?,
            reasons: joined("reason", &said.reason, MOST_VALUES)?,
            intents: joined("intent", &said.intent, MOST_VALUES)?,
            ai_states: joined("ai_state", &ai_states, 5)?,
            after: moment("updated_after", said.updated_after.as_deref())?,
            contact: one("contact_id", said.contact_id.as_deref())?.to_owned(),
            now,
        })
    }

    /// The same for the store.
    pub(crate) fn wanted(&self) -> Wanted<'_> {
        Wanted {
            channels: &self.channels,
            channel_id: given(&self.channel_id),
            statuses: &self.statuses,
            assignees: &self.assignees,
            unassigned: self.unassigned,
            teams: &self.teams,
            contact: given(&self.contact),
            tags: &self.tags,
            reasons: &self.reasons,
            after: self.after,
            unread: self.unread,
            requires_action: self.requires_action,
            intents: &self.intents,
            ai_states: &self.ai_states,
            now: self.now,
        }
    }

    /// What a list's cursors are bound to.
    pub(crate) fn parts(&self) -> Vec<String> {
        let flag = |flag: bool| if flag { "yes" } else { "" }.to_owned();
        vec![
            self.channels.clone(),
            self.channel_id.clone(),
            flag(self.unread),
            flag(self.requires_action),
            self.statuses.clone(),
            self.assignees.clone(),
            flag(self.unassigned),
            self.teams.clone(),
            self.tags.clone(),
            self.reasons.clone(),
            self.intents.clone(),
            self.ai_states.clone(),
            self.after.map(|after| after.to_string()).unwrap_or_default(),
            self.contact.clone(),
        ]
    }

    /// Nothing is filtered.
    pub(crate) fn is_everything(&self) -> bool {
        self.parts().iter().all(String::is_empty)
    }

    /// The one channel kind, or none; `None` where something else is wanted than that and one of `unread` and
    /// `requires_action`. Each combination of these has an index of its own.
    pub(crate) fn plain_channel(&self) -> Option<Option<&str>> {
        let others = [
            &self.channel_id,
            &self.statuses,
            &self.assignees,
            &self.teams,
            &self.tags,
            &self.reasons,
            &self.intents,
            &self.ai_states,
            &self.contact,
        ];
        let is_plain = others.iter().all(|text| text.is_empty())
            && !self.unassigned
            && self.after.is_none()
            && !(self.unread && self.requires_action);
        match self.channels.as_str() {
            _ if !is_plain => None,
            "" => Some(None),
            one if !one.contains(',') => Some(Some(one)),
            _ => None,
        }
    }

    /// Only those with messages that the rep has not seen.
    pub(crate) const fn is_unread(&self) -> bool {
        self.unread
    }

    /// Only those that a person must look at.
    pub(crate) const fn is_action(&self) -> bool {
        self.requires_action
    }
}
