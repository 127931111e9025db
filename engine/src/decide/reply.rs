//! What a rep writes, and what a rep does with a conversation: reply, take over, hand back, snooze, close, log what
//! happened elsewhere. What a person writes is not for the gate; it takes the AI out of the thread.

use super::content_sha256;
use super::person::{DecideError, Edit};
use crate::domain::{ActionReason, ChannelKind, ClosedReason, IdKind};
use crate::files::{MOST_BYTES, MOST_FILES};
use crate::ports::{Ids, OutboundFile};
use crate::store::rows::{ContactRow, ConversationRow, MessageRow, RepRow};
use crate::store::{FileWrite, Leaves, NewReply, OwnWrite, PeopleWrite, TimelineEntry, TimerKind, Write};

/// Why a rep's reply was not taken. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// It has no text.
    #[error("the reply has no text")]
    Empty,
    /// Nobody outside has written in this conversation.
    #[error("there is no message to answer")]
    NothingToAnswer,
    /// The contact does not want to be written to, and the rep has not said that they know.
    #[error("the contact does not want to be written to; say that you know")]
    OptedOut,
    /// The conversation has moved on since the rep looked.
    #[error("the conversation has moved on since you looked (revision {current})")]
    Moved {
        /// Its revision now.
        current: i64,
    },
    /// The channel is switched off.
    #[error("the channel is switched off")]
    ChannelInactive,
    /// There are more files, or larger ones, than a mail can carry.
    #[error("a reply can carry at most {MOST_FILES} files of {MOST_BYTES} bytes together")]
    TooMuch,
    /// The contact has no address that the channel reaches.
    #[error("the contact has no address that this channel reaches")]
    NoAddress,
    /// It is no address of this channel; why.
    #[error("{0}")]
    Address(String),
    /// There is an open conversation with the contact on this channel.
    #[error("there is an open conversation with the contact on this channel, {0}: write there")]
    AlreadyOpen(String),
    /// The channel carries no files.
    #[error("this channel carries no files")]
    NoFiles,
    /// The time to send at has passed.
    #[error("the time to send at is not in the future")]
    Past,
}

/// What a rep wants to send.
#[derive(Debug, Clone)]
pub struct Compose {
    /// Their text.
    pub text: Edit,
    /// When it should leave, UTC milliseconds; now when absent.
    pub send_at: Option<i64>,
    /// Revision of the conversation that they saw, where they say so.
    pub revision: Option<i64>,
    /// They know that the contact does not want to be written to.
    pub knows_opted_out: bool,
    /// Files that go along.
    pub files: Vec<String>,
}

/// Where the rep is, and when.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// Who.
    pub rep: &'a RepRow,
    /// In which conversation.
    pub conversation: &'a ConversationRow,
    /// Now, UTC milliseconds.
    pub now_ms: i64,
    /// Fresh ids.
    pub ids: &'a dyn Ids,
}

impl Desk<'_> {
    /// A line of the timeline, said by the rep.
    #[must_use]
    pub fn said(&self, kind: &'static str, summary: String, refers_to: Option<String>) -> TimelineEntry {
        TimelineEntry {
            id: self.ids.next(IdKind::Timeline),
            conversation_id: self.conversation.id.clone(),
            contact_id: self.conversation.contact_id.clone(),
            kind,
            actor_kind: "rep",
            actor_name: Some(self.rep.name.clone()),
            summary,
            refers_to,
            data: serde_json::Value::Null,
            at: self.now_ms,
        }
    }

    fn withdraw(&self, why: &str) -> Write {
        let summary = format!("The pending draft was withdrawn: {} {why}", self.rep.name);
        Write::People(PeopleWrite::WithdrawParked {
            conversation_id: self.conversation.id.clone(),
            reason: ClosedReason::HumanTookOver,
            said: Box::new(self.said("draft_withdrawn", summary, None)),
        })
    }

    fn human(&self, active: bool) -> Write {
        Write::People(PeopleWrite::HumanActive { conversation_id: self.conversation.id.clone(), active })
    }

    /// A person takes the conversation over: the AI is silent in it until it is handed back.
    #[must_use]
    pub fn take_over(&self) -> Vec<Write> {
        let summary = format!("{} took the conversation over", self.rep.name);
        vec![
            self.human(true),
            self.withdraw("took the conversation over"),
            Write::Timeline(Box::new(self.said("taken_over", summary, None))),
        ]
    }

    /// The AI may answer in this conversation again.
    #[must_use]
    pub fn hand_back(&self) -> Vec<Write> {
        let summary = format!("{} handed the conversation back to the AI", self.rep.name);
        vec![self.human(false), Write::Timeline(Box::new(self.said("handed_back", summary, None)))]
    }

    /// Out of sight until a time; a message of the contact brings it back earlier.
    #[must_use]
    pub fn snooze(&self, until: i64) -> Vec<Write> {
        let summary = format!("{} snoozed the conversation", self.rep.name);
        let mut entry = self.said("snoozed", summary, None);
        entry.data = serde_json::json!({ "until": until });
        vec![
            self.status("snoozed", Some(until)),
            Write::People(PeopleWrite::Timer {
                kind: TimerKind::Wake,
                subject_id: self.conversation.id.clone(),
                due_at: until,
                data: self.rep.id.clone(),
            }),
            Write::Timeline(Box::new(entry)),
        ]
    }

    /// Back among the open ones.
    #[must_use]
    pub fn reopen(&self) -> Vec<Write> {
        let summary = format!("{} opened the conversation", self.rep.name);
        let wake = PeopleWrite::TimerClear { kind: TimerKind::Wake, subject_id: self.conversation.id.clone() };
        vec![
            self.status("open", None),
            Write::People(wake),
            Write::Timeline(Box::new(self.said("opened", summary, None))),
        ]
    }

    /// Dealt with: nothing is pending, nobody need look, and the next message is the AI's again.
    #[must_use]
    pub fn close(&self) -> Vec<Write> {
        let id = &self.conversation.id;
        let summary = format!("{} closed the conversation", self.rep.name);
        vec![
            self.status("closed", None),
            self.human(false),
            self.withdraw("closed the conversation"),
            Write::People(PeopleWrite::ActionClear { conversation_id: id.clone() }),
            Write::People(PeopleWrite::SlaMet { conversation_id: id.clone() }),
            Write::People(PeopleWrite::TimerClear { kind: TimerKind::Wake, subject_id: id.clone() }),
            Write::Timeline(Box::new(self.said("closed", summary, None))),
        ]
    }

    fn status(&self, status: &'static str, snoozed_until: Option<i64>) -> Write {
        Write::People(PeopleWrite::Status { conversation_id: self.conversation.id.clone(), status, snoozed_until })
    }

    /// Whether the contact, or the address that would be answered, must not be written to.
    fn unwanted(&self, contact: &ContactRow, answered: &MessageRow) -> bool {
        let kind = self.conversation.channel_kind.parse();
        contact.opted_out_at.is_some()
            || kind.is_ok_and(|kind| super::is_suppressed(&contact.suppressed, kind, &answered.from_address))
    }

    /// What the rep wrote, where it may be written.
    fn checked(
        &self,
        contact: &ContactRow,
        channel_status: &str,
        answered: Option<&MessageRow>,
        compose: &Compose,
        files: &[OutboundFile],
    ) -> Result<NewReply, ReplyError> {
        let Some(answered) = answered else { return Err(ReplyError::NothingToAnswer) };
        if compose.text.body_text.trim().is_empty() {
            return Err(ReplyError::Empty);
        }
        if compose.revision.is_some_and(|seen| seen != self.conversation.revision) {
            return Err(ReplyError::Moved { current: self.conversation.revision });
        }
        let channel = (channel_status, self.conversation.channel_kind.as_str());
        may_leave(compose, files, self.unwanted(contact, answered), channel, self.now_ms)?;
        let subject = compose.text.subject.clone();
        Ok(NewReply {
            run_id: self.ids.next(IdKind::Run),
            draft_id: self.ids.next(IdKind::Draft),
            message_id: answered.id.clone(),
            conversation_id: self.conversation.id.clone(),
            revision: self.conversation.revision,
            rep_id: self.rep.id.clone(),
            rep_name: self.rep.name.clone(),
            content_sha256: content_sha256(subject.as_deref(), &compose.text.body_text),
            subject,
            body_text: compose.text.body_text.clone(),
            attachments: file_column(files),
            leaves: compose.send_at.map_or(Leaves::Now(self.now_ms), Leaves::At),
        })
    }

    /// A reply that a rep, or a program with a key of theirs, does not send but proposes: a draft that a person decides on. Gives
    /// the id of the draft and what to write. Nothing else changes: the AI goes on as it did.
    ///
    /// # Errors
    /// [`ReplyError`]; nothing was changed then.
    pub fn propose(
        &self,
        contact: &ContactRow,
        channel_status: &str,
        answered: Option<&MessageRow>,
        compose: &Compose,
        files: &[OutboundFile],
    ) -> Result<(String, Vec<Write>), ReplyError> {
        let mut reply = self.checked(contact, channel_status, answered, compose, files)?;
        reply.leaves = Leaves::OnceApproved;
        let draft_id = reply.draft_id.clone();
        let id = &self.conversation.id;
        let approval = Write::Approval {
            id: self.ids.next(IdKind::Approval),
            run_id: reply.run_id.clone(),
            conversation_id: id.clone(),
            draft_id: draft_id.clone(),
            // No rule asked: whoever wrote it did.
            decision_id: String::new(),
            team: self.conversation.team.clone(),
            expires_at: None,
            expire_to: "escalate",
            people: 1,
            to_address: answered.map(|message| message.from_address.clone()).unwrap_or_default(),
            base_revision: self.conversation.revision,
            tier: String::new(),
            ease: 0,
        };
        let summary = format!("A reply was proposed in the name of {}; a person decides on it", self.rep.name);
        let said = self.said("reply_proposed", summary, Some(draft_id.clone()));
        let mut writes = uses(files);
        writes.extend([
            Write::People(PeopleWrite::Reply(Box::new(reply))),
            approval,
            Write::ActionAdd { conversation_id: id.clone(), reason: ActionReason::ApprovalPending },
            Write::Timeline(Box::new(said)),
        ]);
        Ok((draft_id, writes))
    }

    /// A reply of the rep's own, now or at a time. Gives the id of its draft and what to write.
    ///
    /// What the AI has pending in the conversation is withdrawn in the same transaction.
    ///
    /// # Errors
    /// [`ReplyError`]; nothing was changed then.
    pub fn reply(
        &self,
        contact: &ContactRow,
        channel_status: &str,
        answered: Option<&MessageRow>,
        compose: &Compose,
        files: &[OutboundFile],
    ) -> Result<(String, Vec<Write>), ReplyError> {
        let reply = self.checked(contact, channel_status, answered, compose, files)?;
        let draft_id = reply.draft_id.clone();
        let mut summary = match compose.send_at {
            Some(_) => format!("{} wrote a reply to be sent later", self.rep.name),
            None => format!("{} wrote a reply", self.rep.name),
        };
        if answered.is_some_and(|answered| self.unwanted(contact, answered)) {
            summary.push_str(", knowing that the contact does not want to be written to");
        }
        let mut entry = self.said("reply_written", summary, Some(draft_id.clone()));
        entry.data = serde_json::json!({ "send_at": compose.send_at, "knows_opted_out": compose.knows_opted_out });
        let id = &self.conversation.id;
        let mut writes = uses(files);
        writes.extend([
            Write::Own(OwnWrite::ComposeClear {
                rep_id: self.rep.id.clone(),
                conversation_id: self.conversation.id.clone(),
            }),
            self.human(true),
            self.withdraw("wrote a reply"),
            Write::People(PeopleWrite::Reply(Box::new(reply))),
            Write::People(PeopleWrite::ActionClear { conversation_id: id.clone() }),
            Write::People(PeopleWrite::SlaMet { conversation_id: id.clone() }),
            Write::Timeline(Box::new(entry)),
        ]);
        Ok((draft_id, writes))
    }
}

/// Whether what a rep wrote may leave by a channel (its status and kind), now or when they said. `unwanted` says that whom
/// it is for must not be written to.
pub(super) fn may_leave(
    compose: &Compose,
    files: &[OutboundFile],
    unwanted: bool,
    (status, kind): (&str, &str),
    now_ms: i64,
) -> Result<(), ReplyError> {
    if unwanted && !compose.knows_opted_out {
        return Err(ReplyError::OptedOut);
    }
    if status != "active" {
        return Err(ReplyError::ChannelInactive);
    }
    if compose.send_at.is_some_and(|at| at <= now_ms) {
        return Err(ReplyError::Past);
    }
    carried(files, kind)
}

/// Files as a draft's row holds them.
pub(super) fn file_column(files: &[OutboundFile]) -> String {
    serde_json::to_string(files).unwrap_or_else(|_| "[]".to_owned())
}

/// Marks files as sent along, so that they are kept.
pub(super) fn uses(files: &[OutboundFile]) -> Vec<Write> {
    files.iter().map(|file| Write::File(FileWrite::Use { id: file.id.clone() })).collect()
}

/// Whether files can go along by a channel kind.
fn carried(files: &[OutboundFile], channel_kind: &str) -> Result<(), ReplyError> {
    if files.is_empty() {
        return Ok(());
    }
    if channel_kind != ChannelKind::Email.as_str() {
        return Err(ReplyError::NoFiles);
    }
    let bytes: u64 = files.iter().map(|file| file.size).sum();
    if files.len() > MOST_FILES || bytes > MOST_BYTES as u64 { Err(ReplyError::TooMuch) } else { Ok(()) }
}

/// What can be logged by hand about LinkedIn, where nothing is sent or read by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkedIn {
    /// A connection request.
    ConnectionRequest,
    /// A message.
    Message,
    /// A comment.
    Comment,
}

impl LinkedIn {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::ConnectionRequest, Self::Message, Self::Comment];

    /// The word in the timeline.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConnectionRequest => "linkedin_connection_request",
            Self::Message => "linkedin_message",
            Self::Comment => "linkedin_comment",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::ConnectionRequest => "a connection request on LinkedIn",
            Self::Message => "a message on LinkedIn",
            Self::Comment => "a comment on LinkedIn",
        }
    }

    /// One line of the timeline, at the time when it happened. It is never sent and makes no work.
    ///
    /// # Errors
    /// [`DecideError::Empty`] when a message or comment has no text.
    pub fn log(self, desk: &Desk<'_>, text: &str, at: i64) -> Result<TimelineEntry, DecideError> {
        if text.trim().is_empty() && self != Self::ConnectionRequest {
            return Err(DecideError::Empty);
        }
        let mut entry = desk.said(self.as_str(), format!("{} logged {}", desk.rep.name, self.words()), None);
        entry.data = serde_json::json!({ "text": text, "logged_at": desk.now_ms });
        entry.at = at;
        Ok(entry)
    }
}

/// The reps whom a note calls: `@` and the name without spaces, or the part of their address before the `@`. A mail
/// address in the text calls nobody.
#[must_use]
pub fn mentioned<'a>(text: &str, reps: &'a [RepRow]) -> Vec<&'a RepRow> {
    let mut called = Vec::new();
    let mut before = ' ';
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        if letter == '@' && !before.is_alphanumeric() {
            let inside = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-');
            let word: String = rest.chars().take_while(|letter| inside(*letter)).collect();
            let word = word.trim_end_matches(['.', '-']).to_lowercase();
            let is_meant = |rep: &&RepRow| {
                let name: String = rep.name.to_lowercase().split_whitespace().collect();
                let local = rep.email.split('@').next().unwrap_or_default().to_lowercase();
                !word.is_empty() && (word == name || word == local)
            };
            called.extend(reps.iter().filter(is_meant));
        }
        before = letter;
    }
    called.sort_by(|a: &&RepRow, b| a.id.cmp(&b.id));
    called.dedup_by(|a, b| a.id == b.id);
    called
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_calls_those_it_names_and_no_mail_address_calls_anybody() {
        let rep = |id: &str, name: &str, email: &str| RepRow {
            workspace_id: "wsp_x".to_owned(),
            id: id.to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
            role: "closer".to_owned(),
            created_at: 0,
            disabled_at: None,
            version: 1,
        };
        let reps = [rep("usr_1", "Ana", "ana@acme.example"), rep("usr_2", "Bo Berg", "bo.b@acme.example")];
        let ids = |text: &str| mentioned(text, &reps).iter().map(|rep| rep.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids("@ana please look, and @BoBerg. @ana!"), ["usr_1", "usr_2"]);
        assert_eq!(ids("write to customer@ana or x@bo.b"), Vec::<String>::new());
        assert_eq!(ids("(@bo.b)"), ["usr_2"]);
        assert_eq!(ids("@ @@ @nobody é@ana"), Vec::<String>::new());
    }
}
