//! What each write tells.

use super::{Datum, Log};
use crate::store::transition::{TimelineEntry, Transition};
use crate::store::write::Write;
use crate::store::{
    AccessWrite, ChannelWrite, DeskWrite, GoneWrite, Ingest, LabelWrite, NewConversation, OfficeWrite, PeopleWrite,
};
use Datum::{Maybe, Number, Text, Words};

impl Log {
    /// What the writes of a transition tell that was won. Those that learn from the store what they did
    /// ([`Write::ApprovalDecided`] and what withdraws) tell it when they are made, right after this.
    pub(in crate::store) fn transition(&mut self, transition: &Transition) {
        let (ws, at) = (&transition.workspace_id, transition.now_ms);
        let actor = transition.writes.iter().find_map(actor);
        // What a step does to its run is about one conversation, also where a write does not name it.
        let of_run = transition.run.as_ref().and_then(|_| transition.writes.iter().find_map(conversation));
        let mut current = of_run;
        self.begin(ws, at, current, actor);
        let mut told: Vec<Option<&str>> = Vec::new();
        for write in &transition.writes {
            let own = conversation(write).or(of_run);
            if own != current {
                current = own;
                self.begin(ws, at, current, actor);
            }
            if self.tells(write) {
                told.push(own);
            }
        }
        // What nothing else tells of, a line of the timeline does.
        for entry in transition.writes.iter().filter_map(line) {
            let own = Some(entry.conversation_id.as_str());
            if told.contains(&own) && !entry.kind.starts_with("linkedin_") {
                continue;
            }
            if own != current {
                current = own;
                self.begin(ws, at, current, actor);
            }
            let kind = if entry.kind.starts_with("linkedin_") { "activity.logged" } else { "timeline.recorded" };
            self.event(kind, &[("timeline_id", Text(&entry.id)), ("kind", Text(entry.kind))]);
            told.push(own);
        }
        if current != of_run {
            self.begin(ws, at, of_run, actor);
        }
    }

    /// A message came in. `new` says whether its contact and its conversation are.
    pub(in crate::store) fn received(&mut self, ingest: &Ingest, conversation: &str, contact: &str, new: (bool, bool)) {
        self.begin(&ingest.workspace_id, ingest.now_ms, Some(conversation), Some(("contact", None)));
        if new.0 {
            self.event("contact.created", &[("contact_id", Text(contact))]);
        }
        if new.1 {
            self.event("conversation.created", &[("contact_id", Text(contact))]);
        }
        self.event("message.received", &[("message_id", Text(&ingest.ids.message)), ("kind", Text(ingest.kind))]);
    }

    /// A rep began a conversation.
    pub(in crate::store) fn begun(&mut self, new: &NewConversation, ws: &str, now: i64) {
        let actor = Some(("rep", Some(new.reply.rep_name.as_str())));
        self.begin(ws, now, Some(&new.reply.conversation_id), actor);
        if new.new_contact.is_some() {
            self.event("contact.created", &[("contact_id", Text(&new.contact_id))]);
        }
        self.event("conversation.created", &[("contact_id", Text(&new.contact_id))]);
        let message = ("message_id", Text(&new.reply.message_id));
        self.event("draft.created", &[("draft_id", Text(&new.reply.draft_id)), message, ("version", Number(1))]);
        self.event("message.queued", &[message]);
    }

    /// Two conversations became one.
    pub(in crate::store) fn joined(&mut self, ws: &str, now: i64, from: &str, into: &str, by: &str) {
        self.begin(ws, now, Some(from), Some(("rep", Some(by))));
        self.event("conversation.merged", &[("into_id", Text(into))]);
        self.begin(ws, now, Some(into), Some(("rep", Some(by))));
        self.conversation(&["messages", "notes", "drafts", "tags", "requires_action", "status", "last_activity_at"]);
    }

    /// An approval was settled.
    pub(in crate::store) fn approval(&mut self, id: &str, state: &str, reason: Option<&str>) {
        let kind = match (state, reason) {
            ("approved", _) => "approval.approved",
            ("rejected", _) => "approval.rejected",
            ("expired", _) => "approval.expired",
            (_, Some("superseded")) => "approval.superseded",
            _ => "approval.withdrawn",
        };
        self.event(kind, &[("approval_id", Text(id))]);
    }

    /// A draft stands somewhere else.
    pub(in crate::store) fn draft_status(&mut self, id: &str, status: &str) {
        let kind = if status == "discarded" { "draft.discarded" } else { "draft.updated" };
        self.event(kind, &[("draft_id", Text(id)), ("changed", Words(&["status"]))]);
    }

    fn contact(&mut self, kind: &str, id: &str, changed: &[&str]) -> bool {
        self.event(kind, &[("contact_id", Text(id)), ("changed", Words(changed))]);
        true
    }

    fn conversation(&mut self, changed: &[&str]) -> bool {
        self.event("conversation.updated", &[("changed", Words(changed))]);
        true
    }

    /// True when it told something.
    fn tells(&mut self, write: &Write) -> bool {
        match write {
            Write::Classified { message_id, .. } => {
                self.event("intent.classified", &[("message_id", Text(message_id))]);
            }
            Write::Draft { id, message_id, .. } => self.event(
                "draft.created",
                &[("draft_id", Text(id)), ("message_id", Text(message_id)), ("version", Number(1))],
            ),
            Write::DraftEdit { id, version, .. } => {
                let changed = Words(&["subject", "body_text"]);
                let data = [("draft_id", Text(id)), ("version", Number(*version)), ("changed", changed)];
                self.event("draft.updated", &data);
            }
            Write::DraftStatus { id, status } => self.draft_status(id, status),
            Write::Decision { id, message_id, draft_id, outcome, .. } => {
                let data = [
                    ("decision_id", Text(id)),
                    ("message_id", Text(message_id)),
                    ("draft_id", Maybe(draft_id.as_deref())),
                    ("outcome", Text(outcome)),
                ];
                self.event("decision.recorded", &data);
            }
            Write::Approval { id, draft_id, decision_id, .. } => {
                let data =
                    [("approval_id", Text(id)), ("draft_id", Text(draft_id)), ("decision_id", Text(decision_id))];
                self.event("approval.created", &data);
            }
            Write::EffectStart { message: Some(claim), .. } => {
                let data = [("message_id", Text(&claim.message_id)), ("draft_id", Text(&claim.draft_id))];
                self.event("message.sending", &data);
            }
            Write::EffectFinish { message_id, message_status, .. } => {
                let kind = match *message_status {
                    "sent" => "message.sent",
                    "queued" => "message.queued",
                    "needs_review" => "message.needs_review",
                    _ => "message.failed",
                };
                self.event(kind, &[("message_id", Text(message_id))]);
            }
            Write::ActionAdd { .. } | Write::ActionRemove { .. } => return self.conversation(&["requires_action"]),
            Write::Route { .. } => {
                let changed = Words(&["team", "person", "priority", "sla_at"]);
                self.event("conversation.assigned", &[("changed", changed)]);
            }
            Write::ContactPause { id, .. } => return self.contact("ai.paused", id, &["ai"]),
            Write::ContactResume { id } => return self.contact("ai.resumed", id, &["ai"]),
            Write::ContactOptOut { id } => return self.contact("contact.opted_out", id, &["opted_out_at"]),
            Write::ContactCompany { id, .. } => return self.contact("contact.updated", id, &["company"]),
            Write::ContactSegment { id, .. } => return self.contact("contact.updated", id, &["segments"]),
            Write::Note { id, .. } => self.event("note.created", &[("note_id", Text(id))]),
            Write::Switch { name, is_on, .. } => {
                let kind = match (name.as_str(), is_on) {
                    ("kill_switch", true) => "kill_switch.engaged",
                    ("kill_switch", false) => "kill_switch.released",
                    _ => "switch.flipped",
                };
                self.event(kind, &[("switch", Text(name))]);
            }
            Write::Rep { id, .. } => self.event("user.created", &[("user_id", Text(id))]),
            Write::ApiKey { id, rep_id, .. } => {
                self.event("key.created", &[("key_id", Text(id)), ("user_id", Text(rep_id))]);
            }
            Write::ApiKeyRevoke { id } => self.event("key.revoked", &[("key_id", Text(id))]),
            Write::Channel { id, .. } => self.event("channel.created", &[("channel_id", Text(id))]),
            Write::ChannelStatus { id, .. } => {
                self.event("channel.updated", &[("channel_id", Text(id)), ("changed", Words(&["status"]))]);
            }
            Write::PolicyVersion { digest, .. } => self.event("policy.version_created", &[("digest", Text(digest))]),
            Write::PolicyPublish(activation) => {
                self.event("policy.activated", &[("digest", Text(&activation.digest))]);
            }
            Write::Access(write) => return self.access(write),
            Write::Desk(DeskWrite::Assign { .. }) => {
                self.event("conversation.assigned", &[("changed", Words(&["assignee"]))]);
            }
            Write::Desk(DeskWrite::Contact { id, .. }) => {
                return self.contact("contact.updated", id, &["name", "company"]);
            }
            Write::Desk(DeskWrite::Tag { .. } | DeskWrite::Untag { .. }) => return self.conversation(&["tags"]),
            Write::Gone(write) => return self.gone(write),
            Write::Office(write) => return self.office(write),
            Write::Channels(ChannelWrite::Connect { id, .. }) => {
                let changed = Words(&["provider", "settings"]);
                self.event("channel.updated", &[("channel_id", Text(id)), ("changed", changed)]);
            }
            Write::Channels(ChannelWrite::Change { id, .. }) => {
                let changed = Words(&["name", "address"]);
                self.event("channel.updated", &[("channel_id", Text(id)), ("changed", changed)]);
            }
            Write::Channels(ChannelWrite::Rotate { id }) => {
                self.event("channel.updated", &[("channel_id", Text(id)), ("changed", Words(&["secret"]))]);
            }
            Write::Channels(ChannelWrite::Delete { id, .. }) => {
                self.event("channel.deleted", &[("channel_id", Text(id))]);
            }
            Write::People(write) => return self.people(write),
            Write::Labels(write) => return self.labels(write),
            Write::Events(write) => return write.tells(self),
            _ => return false,
        }
        true
    }

    fn gone(&mut self, write: &GoneWrite) -> bool {
        match write {
            GoneWrite::Merge { from, into, .. } => {
                self.event("contact.merged", &[("contact_id", Text(&from.0)), ("into_id", Text(&into.0))]);
                self.contact("contact.updated", &into.0, &["addresses", "segments", "opted_out_at", "ai"])
            }
            GoneWrite::EraseContact { id, .. } => {
                self.event("contact.erased", &[("contact_id", Text(id))]);
                true
            }
            GoneWrite::EraseConversation { .. } => {
                self.event("conversation.erased", &[]);
                true
            }
            GoneWrite::EraseDecision { .. }
            | GoneWrite::EraseMerged { .. }
            | GoneWrite::HushAnswers { .. }
            | GoneWrite::ErasePack { .. }
            | GoneWrite::Audit(_) => false,
        }
    }

    fn office(&mut self, write: &OfficeWrite) -> bool {
        match write {
            OfficeWrite::NewTeam { id, .. } => self.event("team.created", &[("team_id", Text(id))]),
            OfficeWrite::Team { id, .. } => {
                self.event("team.updated", &[("team_id", Text(id)), ("changed", Words(&["name"]))]);
            }
            OfficeWrite::Members { id, .. } => {
                self.event("team.updated", &[("team_id", Text(id)), ("changed", Words(&["members"]))]);
            }
            OfficeWrite::DeleteTeam { id, .. } => self.event("team.deleted", &[("team_id", Text(id))]),
            OfficeWrite::AssignTeam { .. } => self.event("conversation.assigned", &[("changed", Words(&["team"]))]),
            OfficeWrite::Conversation { changed, .. } => return self.conversation(changed),
            OfficeWrite::Note { id, version, .. } => {
                self.event("note.updated", &[("note_id", Text(id)), ("version", Number(*version + 1))]);
            }
            OfficeWrite::DeleteNote { id, .. } => self.event("note.deleted", &[("note_id", Text(id))]),
            OfficeWrite::Tag { id, .. } => {
                self.event("tag.updated", &[("tag_id", Text(id)), ("changed", Words(&["name"]))]);
            }
            OfficeWrite::DeleteTag { id } => self.event("tag.deleted", &[("tag_id", Text(id))]),
            OfficeWrite::Presence { rep_id, doing, new: true, .. } => {
                self.event("presence.updated", &[("user_id", Text(rep_id)), ("doing", Text(doing))]);
            }
            OfficeWrite::Leave { rep_id, .. } => {
                self.event("presence.updated", &[("user_id", Text(rep_id)), ("doing", Maybe(None))]);
            }
            OfficeWrite::NewContact { id, .. } => self.event("contact.created", &[("contact_id", Text(id))]),
            OfficeWrite::Settings { .. } => {
                self.event("settings.updated", &[("changed", Words(&["name", "event_days", "sign_in"]))]);
            }
            // It tells when it is made.
            OfficeWrite::Join(_) | OfficeWrite::Told { .. } => {}
            OfficeWrite::Presence { .. } | OfficeWrite::TagOff { .. } => return false,
        }
        true
    }

    fn access(&mut self, write: &AccessWrite) -> bool {
        match write {
            AccessWrite::Key(key) => {
                self.event("key.created", &[("key_id", Text(&key.id)), ("user_id", Text(&key.rep_id))]);
            }
            AccessWrite::RepChange { id, .. } => {
                let changed = Words(&["name", "role", "disabled"]);
                self.event("user.updated", &[("user_id", Text(id)), ("changed", changed)]);
            }
            AccessWrite::Own { id, .. } => {
                let changed = Words(&["name", "settings"]);
                self.event("user.updated", &[("user_id", Text(id)), ("changed", changed)]);
            }
            AccessWrite::Password { rep_id, .. } => {
                self.event("user.updated", &[("user_id", Text(rep_id)), ("changed", Words(&["password"]))]);
            }
            AccessWrite::SessionEnd { rep_id, .. } | AccessWrite::SessionEndOthers { rep_id, .. } => {
                self.event("user.updated", &[("user_id", Text(rep_id)), ("changed", Words(&["sessions"]))]);
            }
            _ => return false,
        }
        true
    }

    fn labels(&mut self, write: &LabelWrite) -> bool {
        match write {
            LabelWrite::Label(label) => {
                let data = [("message_id", Text(&label.message_id)), ("source", Text(label.source.as_str()))];
                self.event("intent.labelled", &data);
            }
            LabelWrite::Draw { .. } => return false,
            LabelWrite::Training { model, .. } => self.event("classifier.trained", &[("model", Text(model))]),
            LabelWrite::Certificate(new) => {
                self.event("certificate.decided", &[("name", Text(&new.name)), ("state", Text(new.state))]);
            }
            LabelWrite::Revoke { name, .. } => {
                self.event("certificate.revoked", &[("name", Text(name))]);
            }
        }
        true
    }

    fn people(&mut self, write: &PeopleWrite) -> bool {
        match write {
            PeopleWrite::Vote { approval_id, .. } => {
                self.event("approval.updated", &[("approval_id", Text(approval_id)), ("changed", Words(&["votes"]))]);
            }
            PeopleWrite::Claim { approval_id, .. } => {
                let changed = Words(&["claimed_by", "claimed_until"]);
                self.event("approval.assigned", &[("approval_id", Text(approval_id)), ("changed", changed)]);
            }
            PeopleWrite::Reminded { approval_id } => {
                let changed = Words(&["reminded_at"]);
                self.event("approval.updated", &[("approval_id", Text(approval_id)), ("changed", changed)]);
            }
            PeopleWrite::Reply(reply) => {
                let data = [
                    ("draft_id", Text(&reply.draft_id)),
                    ("message_id", Text(&reply.message_id)),
                    ("version", Number(1)),
                ];
                self.event("draft.created", &data);
            }
            PeopleWrite::HumanActive { active: true, .. } => self.event("ai.handoff", &[]),
            PeopleWrite::HumanActive { .. } => return self.conversation(&["human_active"]),
            PeopleWrite::Status { status: "closed", .. } => {
                self.event("conversation.closed", &[("changed", Words(&["status"]))]);
            }
            PeopleWrite::Status { .. } => return self.conversation(&["status", "snoozed_until"]),
            PeopleWrite::ActionClear { .. } => return self.conversation(&["requires_action"]),
            PeopleWrite::SlaMet { .. } => return self.conversation(&["sla_at"]),
            PeopleWrite::Warmup { channel_id, .. } => {
                let changed = Words(&["email_warmup"]);
                self.event("channel.updated", &[("channel_id", Text(channel_id)), ("changed", changed)]);
            }
            _ => return false,
        }
        true
    }
}

fn line(write: &Write) -> Option<&TimelineEntry> {
    if let Write::Timeline(entry) = write { Some(entry) } else { None }
}

/// The conversation that a write is about, where it names one.
fn conversation(write: &Write) -> Option<&str> {
    match write {
        Write::Draft { conversation_id, .. }
        | Write::Decision { conversation_id, .. }
        | Write::Approval { conversation_id, .. }
        | Write::Effect { conversation_id, .. }
        | Write::Route { conversation_id, .. }
        | Write::ActionAdd { conversation_id, .. }
        | Write::ActionRemove { conversation_id, .. }
        | Write::Note { conversation_id, .. } => Some(conversation_id),
        Write::EffectStart { message: Some(claim), .. } => Some(&claim.conversation_id),
        Write::Timeline(entry) => Some(&entry.conversation_id),
        Write::Gone(write) => write.conversation(),
        Write::Begin(new) => Some(&new.reply.conversation_id),
        Write::People(write) => write.conversation(),
        Write::Desk(write) => write.conversation(),
        Write::Office(write) => write.conversation(),
        _ => None,
    }
}

/// Who did it: who says so in the timeline, or whoever is named. Names of contacts stay out.
fn actor(write: &Write) -> Option<(&str, Option<&str>)> {
    match write {
        Write::Timeline(entry) => {
            let name = entry.actor_name.as_deref().filter(|_| entry.actor_kind != "contact");
            Some((entry.actor_kind, name))
        }
        Write::Switch { by, .. } => Some(("rep", Some(by))),
        Write::PolicyPublish(activation) => Some(("rep", Some(&activation.by_name))),
        Write::Events(write) => write.by().map(|by| ("rep", Some(by))),
        Write::Office(write) => write.by().map(|by| ("rep", Some(by))),
        _ => None,
    }
}
