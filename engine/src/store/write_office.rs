//! The writes of those who keep the desk in order: teams, who is where, notes, tags, settings, and two conversations that
//! become one.

use super::batch::Kinds;
use super::batch::set::Set;
use super::events::{Datum, Log};
use super::rows::ConversationRow;
use super::statements::{self as texts, many, office as sql};
use super::transition::TimelineEntry;
use super::write::add_action;
use super::write_begin::ADDRESS;
use super::write_people::{TimerKind, withdraw_parked};
use super::{Conn, StoreError, execute, fetch};
use crate::domain::{ActionReason, ClosedReason};

/// What [`StoreError::Stale`] names where a team is not as it was seen.
pub(crate) const TEAM: &str = "team";
/// The same for a note.
pub(crate) const NOTE: &str = "note";
/// The same for a tag, or where another has the name.
pub(crate) const TAG: &str = "tag";
/// The same for settings.
pub(crate) const SETTINGS: &str = "settings";
/// The same for a conversation.
pub(crate) const CONVERSATION: &str = "conversation";
/// What it names where something is under way in one of two conversations.
pub(crate) const AT_WORK: &str = "work";

/// One write. Fields are the columns they set.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum OfficeWrite {
    /// A team, unless there is one of this name.
    NewTeam { id: String, name: String },
    /// Another name for a team, if its version is the one that was seen; else [`StoreError::Stale`].
    Team { id: String, version: i64, name: String },
    /// Who is in a team, if its version is the one that was seen; else [`StoreError::Stale`].
    Members { id: String, version: i64, rep_ids: Vec<String> },
    /// A team is no more, if its version is the one that was seen; else [`StoreError::Stale`].
    DeleteTeam { id: String, version: i64 },
    /// Which team looks after a conversation; none when absent.
    AssignTeam { conversation_id: String, team: Option<String> },
    /// A conversation as it shall be, if its version is the one that was seen; else [`StoreError::Stale`].
    Conversation {
        id: String,
        version: i64,
        subject: Option<String>,
        team: Option<String>,
        priority: Option<String>,
        changed: Vec<&'static str>,
    },
    /// Another text for a note, if its version is the one that was seen; else [`StoreError::Stale`].
    Note { id: String, conversation_id: String, version: i64, body_text: String },
    /// Nothing is left of a note but that there was one, if its version is the one that was seen; else
    /// [`StoreError::Stale`].
    DeleteNote { id: String, conversation_id: String, version: i64 },
    /// Another word for a tag; [`StoreError::Stale`] where another has it.
    Tag { id: String, name: String },
    /// Take a tag off some of the conversations that have it.
    TagOff { id: String, most: i64 },
    /// A tag is no more; [`StoreError::Stale`] while a conversation has it.
    DeleteTag { id: String },
    /// Somebody is at a conversation until a time; `new` says that others should know.
    Presence { conversation_id: String, rep_id: String, rep_name: String, doing: String, until_at: i64, new: bool },
    /// Somebody is at a conversation no more.
    Leave { conversation_id: String, rep_id: String, rep_name: String },
    /// A contact whom nobody has written to or heard of yet; [`StoreError::Stale`] where an address is somebody's.
    NewContact { id: String, name: Option<String>, company: Option<String>, addresses: Vec<(String, String)> },
    /// What a workspace sets, if the version is the one that was seen; else [`StoreError::Stale`].
    Settings { version: i64, name: String, event_days: i64, sign_in: Option<String> },
    /// Something was told from outside, unless it was told before or its conversation is no more: then nothing happens.
    Told {
        /// SHA-256 of its source and its own name there, hex.
        name_sha256: String,
        /// Its line of the timeline.
        line: Box<TimelineEntry>,
    },
    /// Two conversations become one, if both are as they were seen and nothing is under way; else [`StoreError::Stale`].
    Join(Box<Join>),
}

/// Two conversations that become one.
#[derive(Debug, Clone)]
pub struct Join {
    /// The one that is no more: id, and version that was seen.
    pub from: (String, i64),
    /// Version of the other that was seen.
    pub into_version: i64,
    /// The other as it shall be.
    pub into: ConversationRow,
    /// Who does it.
    pub by: String,
    /// What is said where something waited: in the one, in the other.
    pub withdrawn: [TimelineEntry; 2],
    /// What is said in the one that is left.
    pub said: TimelineEntry,
}

impl OfficeWrite {
    /// The conversation that it is about.
    pub(super) fn conversation(&self) -> Option<&str> {
        match self {
            Self::AssignTeam { conversation_id, .. }
            | Self::Note { conversation_id, .. }
            | Self::DeleteNote { conversation_id, .. }
            | Self::Presence { conversation_id, .. }
            | Self::Leave { conversation_id, .. } => Some(conversation_id),
            Self::Conversation { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Who does it, where nothing else says so.
    pub(super) fn by(&self) -> Option<&str> {
        match self {
            Self::Presence { rep_name, .. } | Self::Leave { rep_name, .. } => Some(rep_name),
            _ => None,
        }
    }

    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64, log: &mut Log) -> Result<(), StoreError> {
        let (changed, what) = match self {
            Self::NewTeam { id, name } => {
                execute!(conn, sql::TEAM_INSERT, ws, id, name, now);
                return Ok(());
            }
            Self::Team { id, version, name } => (execute!(conn, sql::TEAM_CHANGE, ws, id, *version, name), TEAM),
            Self::Members { id, version, rep_ids } => {
                let changed = execute!(conn, sql::TEAM_TOUCH, ws, id, *version);
                execute!(conn, sql::TEAM_MEMBER_CLEAR, ws, id);
                for rep_id in rep_ids {
                    execute!(conn, sql::TEAM_MEMBER_ADD, ws, id, rep_id);
                }
                (changed, TEAM)
            }
            Self::DeleteTeam { id, version } => {
                execute!(conn, sql::TEAM_MEMBER_CLEAR, ws, id);
                (execute!(conn, sql::TEAM_DELETE, ws, id, *version), TEAM)
            }
            Self::AssignTeam { conversation_id, team } => {
                (execute!(conn, sql::CONVERSATION_TEAM, ws, conversation_id, team.as_deref()), CONVERSATION)
            }
            Self::Conversation { id, version, subject, team, priority, changed: _ } => {
                let (subject, team, priority) = (subject.as_deref(), team.as_deref(), priority.as_deref());
                (execute!(conn, sql::CONVERSATION_CHANGE, ws, id, *version, subject, team, priority), CONVERSATION)
            }
            Self::Note { id, conversation_id: _, version, body_text } => {
                (execute!(conn, sql::NOTE_CHANGE, ws, id, *version, body_text, now), NOTE)
            }
            Self::DeleteNote { id, conversation_id: _, version } => {
                execute!(conn, sql::MENTION_FORGET, ws, id);
                (execute!(conn, sql::NOTE_DELETE, ws, id, *version, now), NOTE)
            }
            Self::Tag { id, name } => (execute!(conn, sql::TAG_CHANGE, ws, id, name), TAG),
            Self::TagOff { id, most } => {
                execute!(conn, sql::TAG_OFF_ALL, ws, id, *most);
                return Ok(());
            }
            Self::DeleteTag { id } => (execute!(conn, sql::TAG_DELETE, ws, id), TAG),
            Self::Presence { conversation_id, rep_id, rep_name: _, doing, until_at, new: _ } => {
                execute!(conn, sql::PRESENCE_FORGET, ws, rep_id, now);
                (execute!(conn, sql::PRESENCE_PUT, ws, conversation_id, rep_id, doing, *until_at), CONVERSATION)
            }
            Self::Leave { conversation_id, rep_id, rep_name: _ } => {
                execute!(conn, sql::PRESENCE_LEAVE, ws, conversation_id, rep_id);
                return Ok(());
            }
            Self::NewContact { id, name, company, addresses } => {
                let mut contacts = Set::new(&many::CONTACT_INSERT);
                contacts.push([ws.into(), id.into(), name.into(), company.into(), now.into()]);
                contacts.execute(conn).await?;
                let mut added = Set::new(&many::CONTACT_ADDRESS_INSERT);
                for (kind, address) in addresses {
                    added.push([ws.into(), kind.into(), address.into(), id.into()]);
                }
                let all = added.fetch::<(String,)>(conn).await?.len() == addresses.len();
                (u64::from(all), ADDRESS)
            }
            Self::Settings { version, name, event_days, sign_in } => {
                execute!(conn, sql::WORKSPACE_NAME, ws, name);
                let (days, sign_in) = (*event_days, sign_in.as_deref());
                // Until somebody sets something there is no row, and that is version 1.
                let changed = if *version == 1 {
                    execute!(conn, sql::SETTING_BEGIN, ws, days, sign_in, now)
                } else {
                    execute!(conn, sql::SETTING_CHANGE, ws, *version, days, sign_in, now)
                };
                (changed, SETTINGS)
            }
            Self::Told { name_sha256, line } => return told(conn, ws, now, log, name_sha256, line).await,
            Self::Join(join) => return join.apply(conn, ws, now, log).await,
        };
        if changed == 0 { Err(StoreError::Stale(what)) } else { Ok(()) }
    }
}

/// Keeps what was told from outside, once.
async fn told(
    conn: &mut Conn<'_>,
    ws: &str,
    now: i64,
    log: &mut Log,
    name_sha256: &str,
    line: &TimelineEntry,
) -> Result<(), StoreError> {
    if execute!(conn, sql::TIMELINE_EVENT_INSERT, ws, name_sha256, &line.id, &line.conversation_id, now) == 0 {
        return Ok(());
    }
    let mut kinds = Kinds::new();
    kinds.entry(ws, line);
    kinds.write(conn).await?;
    log.begin(ws, now, Some(&line.conversation_id), Some((line.actor_kind, line.actor_name.as_deref())));
    log.event("timeline.recorded", &[("timeline_id", Datum::Text(&line.id)), ("kind", Datum::Text(line.kind))]);
    Ok(())
}

impl Join {
    async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64, log: &mut Log) -> Result<(), StoreError> {
        let (from, into) = (self.from.0.as_str(), self.into.id.as_str());
        // The contact before conversations, as messages that come in take them: who writes now waits, and then finds
        // what is left.
        execute!(conn, texts::CONTACT_HOLD, ws, &self.into.contact_id);
        let mut holds = [(from, self.from.1), (into, self.into_version)];
        holds.sort_unstable();
        for (id, version) in holds {
            if execute!(conn, sql::CONVERSATION_HOLD, ws, id, version) == 0 {
                return Err(StoreError::Stale(CONVERSATION));
            }
        }
        let mut waited = false;
        for (id, said) in [from, into].into_iter().zip(&self.withdrawn) {
            waited |= withdraw_parked(conn, ws, id, ClosedReason::HumanTookOver, said, now, log).await?;
            let live: Vec<(String,)> = fetch!(conn, sql::CONVERSATION_AT_WORK, ws, id);
            if !live.is_empty() {
                return Err(StoreError::Stale(AT_WORK));
            }
        }
        // What is found by way of the messages, drafts and notes goes before them.
        for text in [
            sql::JOIN_REFS,
            sql::JOIN_RUNS,
            sql::JOIN_OWN_RUNS,
            sql::JOIN_APPROVALS,
            sql::JOIN_EFFECTS,
            sql::JOIN_DRAFTS,
            sql::JOIN_MENTIONS,
            sql::JOIN_NOTES,
            sql::JOIN_TIMELINE,
            sql::JOIN_TIMELINE_EVENTS,
            sql::JOIN_ACTIONS,
            sql::JOIN_UNREAD,
            sql::JOIN_TAGS,
            sql::JOIN_COMPOSER_ADD,
            sql::JOIN_COMPOSER,
            sql::JOIN_TIMERS,
            sql::JOIN_MESSAGES,
            sql::CONVERSATION_GONE_MOVE,
        ] {
            execute!(conn, text, ws, from, into);
        }
        for text in [
            sql::JOIN_ACTIONS_END,
            sql::JOIN_UNREAD_END,
            sql::JOIN_TAGS_END,
            sql::JOIN_COMPOSER_END,
            sql::PRESENCE_CLEAR,
        ] {
            execute!(conn, text, ws, from);
        }
        for kind in [TimerKind::Sla, TimerKind::Wake] {
            execute!(conn, texts::TIMER_CLEAR, ws, kind.as_str(), from);
        }
        execute!(conn, sql::JOIN_COUNT, ws, into);
        execute!(conn, sql::JOIN_NUMBER, ws, into);
        self.take_in(conn, ws).await?;
        // What was to be sent was about one of the two, and is no answer to both: a person sees to it.
        if waited {
            add_action(conn, ws, into, ActionReason::NoDraft, now).await?;
        }
        execute!(conn, sql::CONVERSATION_LEAVE, ws, from);
        execute!(conn, sql::CONVERSATION_GONE_INSERT, ws, from, into, &self.by, now);
        let mut kinds = Kinds::new();
        kinds.entry(ws, &self.said);
        kinds.write(conn).await?;
        log.joined(ws, now, from, into, &self.by);
        Ok(())
    }

    /// The one that is left is as it shall be.
    async fn take_in(&self, conn: &mut Conn<'_>, ws: &str) -> Result<(), StoreError> {
        let row = &self.into;
        execute!(
            conn,
            sql::CONVERSATION_JOIN,
            ws,
            &row.id,
            row.subject.as_deref(),
            &row.status,
            &row.preview,
            row.revision,
            row.ai_turns,
            row.human_active,
            row.team.as_deref(),
            row.person.as_deref(),
            row.priority.as_deref(),
            row.sla_at,
            row.last_inbound_at,
            row.last_activity_at,
            row.created_at,
            row.snoozed_until
        );
        execute!(conn, sql::JOIN_UNREAD_TIME, ws, &row.id, row.last_activity_at);
        execute!(conn, texts::CONVERSATION_FLAG_ACTION, ws, &row.id);
        Ok(())
    }
}
