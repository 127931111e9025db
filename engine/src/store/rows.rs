//! Rows as they are stored. Words are parsed where they are used; JSON columns are text here.

use sqlx::FromRow;

/// Declares row structs whose fields carry the column's own name.
macro_rules! rows {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Eq, FromRow)]
            #[expect(missing_docs, reason = "the columns are documented in the migration")]
            pub struct $name { $($(#[$fmeta])* pub $field: $type,)+ }
        )+
    };
}

rows! {
    /// A workspace.
    WorkspaceRow { id: String, name: String, created_at: i64, }
    /// A person inside.
    RepRow {
        workspace_id: String, id: String, name: String, email: String, role: String, created_at: i64,
        disabled_at: Option<i64>, version: i64,
    }
    /// Whoever asks, and by what: a `session`, or a key that is `service`, `draft_only` or `ai`. `cap` is the key's role.
    PrincipalRow {
        #[sqlx(flatten)] rep: RepRow,
        credential_id: String, credential: String, cap: Option<String>, seen_at: i64, networks: String,
        scopes: String,
    }
    /// A browser that is signed in.
    SessionRow { id: String, browser: String, created_at: i64, seen_at: i64, ends_at: i64, }
    /// A link that is good once.
    LinkRow { workspace_id: String, id: String, rep_id: Option<String>, }
    /// A request that was made once.
    OnceRow { fingerprint: String, status: Option<i64>, body: Option<String>, created_at: i64, }
    /// A tag.
    TagRow { id: String, name: String, created_at: i64, }
    /// How many conversations of a channel kind there are, each number counted up to some most.
    CountsRow { kind: String, conversations: i64, unread: i64, requires_action: i64, }
    /// A key, without what it is made of.
    KeyRow {
        id: String, rep_id: String, rep_name: String, name: String, kind: String, role: Option<String>,
        created_by: Option<String>, created_at: i64, ends_at: Option<i64>, seen_at: Option<i64>,
        revoked_at: Option<i64>, networks: String, scopes: String,
    }
    /// A connected account.
    #[derive(serde::Deserialize)]
    ChannelRow {
        workspace_id: String, id: String, kind: String, name: String, address: String, status: String,
        email_warmup: bool, secret_version: i64, created_at: i64, provider: Option<String>, settings: String,
        secrets: String,
    }
    /// How often a channel was changed, when its secret was renewed, and when it was given up.
    ChannelStateRow { id: String, version: i64, rotated_at: Option<i64>, deleted_at: Option<i64>, }
    /// Where something that was told from outside stands.
    ToldRow { timeline_id: String, conversation_id: String, }
    /// The labels of one intent and one confidence, counted.
    LabelCountRow { intent: String, confidence: i64, labelled: i64, wrong: i64, }
    /// What was asked to be proved, and what came of it.
    CertificateRow {
        name: String, state: String, asked: i64, from_confidence: i64, sent: i64, wrong: i64, bound: i64, share: i64,
        audited: i64, audited_wrong: i64, reason: String, by_name: String, decided_at: i64, traffic: Option<String>,
    }
    /// What a classifier made of a message.
    AnswerRow { intent: Option<String>, confidence: Option<i64>, language: Option<String>, }
    /// What was drafted for whom.
    SaidRow { body_text: String, source: String, contact_id: String, }
    /// The latest training of a policy's classifier.
    TrainingRow { model: String, learned_until: i64, trained_at: i64, }
    /// What somebody said that a message is.
    LessonRow { right_intent: String, body_text: String, labelled_at: i64, }
    /// An answer that left on its own and waits to be looked at.
    SpotCheckRow {
        message_id: String, drawn_at: i64, conversation_id: String, channel_kind: String, subject: Option<String>,
        body_text: String, language: Option<String>,
    }
    /// A person outside.
    #[derive(serde::Deserialize)]
    ContactRow {
        workspace_id: String, id: String, name: Option<String>, company: Option<String>, opted_out_at: Option<i64>,
        ai_paused: bool, ai_pause_reason: Option<String>, ai_paused_by: Option<String>, ai_paused_at: Option<i64>,
        ai_paused_until: Option<i64>, inbound_count: i64, created_at: i64, version: i64, suppressed: String,
    }
    /// A contact as a list shows it.
    ContactListRow { #[sqlx(flatten)] contact: ContactRow, email: Option<String>, phone: Option<String>, }
    /// What became of a contact that is no more by itself.
    GoneRow { how: String, into_id: Option<String>, by_name: String, at: i64, }
    /// A kept filter.
    ViewRow {
        id: String, owner_id: String, owner_name: String, name: String, shared: bool, filter: String, version: i64,
        created_at: i64,
    }
    /// A text that is being written.
    ComposerRow {
        conversation_id: String, subject: Option<String>, body_text: String, attachment_ids: String, version: i64,
        updated_at: i64,
    }
    /// Who did what.
    AuditRow {
        id: String, actor_id: String, actor_name: String, credential: String, credential_id: String, action: String,
        subject: String, data: String, at: i64,
    }
    /// One address of a contact.
    AddressRow { kind: String, address: String, }
    /// A thread with one contact on one channel.
    #[derive(serde::Deserialize)]
    ConversationRow {
        workspace_id: String, id: String, channel_id: String, channel_kind: String, contact_id: String,
        subject: Option<String>, status: String, preview: String, revision: i64, ai_turns: i64, human_active: bool,
        requires_action: bool, team: Option<String>, person: Option<String>, priority: Option<String>,
        sla_at: Option<i64>, last_inbound_at: Option<i64>, last_activity_at: i64, created_at: i64, version: i64,
        snoozed_until: Option<i64>,
    }
    /// Why a conversation needs a person.
    ActionRow { reason: String, since: i64, }
    /// What came in, byte for byte.
    RawBytesRow { content_type: String, bytes: Vec<u8>, }
    /// A message, either way.
    #[derive(serde::Deserialize)]
    MessageRow {
        workspace_id: String, id: String, conversation_id: String, seq: i64, direction: String, channel_kind: String,
        kind: String, automated: bool, author_kind: String, author_id: Option<String>, author_name: Option<String>,
        from_address: String, to_address: String, subject: Option<String>, body_text: String, full_text: String,
        body_html: Option<String>, attachments: String, external_id: Option<String>, reply_refs: String,
        language: Option<String>, intent: Option<String>, confidence: Option<i64>, margin: Option<i64>,
        classifier: Option<String>, status: String, raw_event_id: Option<String>, draft_id: Option<String>,
        occurred_at: i64, created_at: i64,
    }
    /// The work on one inbound message.
    #[derive(serde::Deserialize)]
    RunRow {
        workspace_id: String, id: String, message_id: String, conversation_id: String, seq: i64,
        #[sqlx(try_from = "String")] stage: crate::domain::Stage,
        version: i64, attempt: i64, approved: bool, held_since: Option<i64>, ready_at: Option<i64>,
        closed_reason: Option<String>, last_error: Option<String>, draft_id: Option<String>,
        decision_id: Option<String>, epoch: i64, created_at: i64, updated_at: i64, author_kind: String,
        instruction: Option<String>, asked_by: Option<String>,
    }
    /// A run that is queued, asked about or being sent, and whose it is.
    QueuedRow { #[sqlx(flatten)] run: RunRow, contact_id: String, channel_id: String, }
    /// A run that is due, and the lane it runs in.
    DueRow {
        workspace_id: String, id: String, conversation_id: String, seq: i64, epoch: i64,
        /// Another process had it and is gone: it may have died over it.
        #[sqlx(default)] suspect: bool,
    }
    /// A failure of a run.
    RunErrorRow { version: i64, attempt: i64, stage: String, class: String, error: String, at: i64, }
    /// A start of a process that owned the store.
    BootRow { id: String, started_at: i64, }
    /// What an event seen before became.
    #[derive(serde::Deserialize)]
    SeenRow { place: i64, message_id: String, conversation_id: String, run_id: String, }
    /// A run that was closed because its contact wrote again, or a person took over.
    #[derive(serde::Deserialize)]
    SupersededRow { id: String, draft_id: Option<String>, conversation_id: String, author_kind: String, }
    /// The files of a policy.
    PolicyVersionRow { workspace_id: String, digest: String, name: String, root: String, files: String, created_at: i64, }
    /// Which policy is in force.
    PolicyActiveRow { digest: String, activated_at: i64, activated_by: String, }
    /// One decision of the gate.
    DecisionRow {
        workspace_id: String, id: String, run_id: String, message_id: String, conversation_id: String,
        draft_id: Option<String>, gate: String, policy_digest: String, outcome: String, rule: String,
        rule_file: String, rule_line: i64, rule_column: i64, record: String, took_us: i64, decided_at: i64,
    }
    /// Whom a decision is about.
    AboutRow { id: String, contact_id: String, channel_id: String, from_address: String, }
    /// A block of decisions for replay.
    PackRow { seq: i64, last_at: i64, last_id: String, bytes: Vec<u8>, }
    /// Where a decision stands in the order of all.
    DecisionKeyRow { decided_at: i64, id: String, }
    /// A text a draft has had.
    #[derive(serde::Deserialize)]
    DraftTextRow {
        draft_id: String, version: i64, subject: Option<String>, body_text: String, content_sha256: String,
    }
    /// A policy that was kept, without its files.
    PolicyListRow { digest: String, name: String, root: String, created_at: i64, }
    /// When a policy came into force, and why it was allowed to.
    PolicyActivationRow {
        id: String, digest: String, previous: Option<String>, how: String, by_id: Option<String>, by_name: String,
        freer: bool, acknowledged: Option<String>, summary: String, at: i64,
    }
    /// What one transaction told in one workspace.
    LogRow { workspace_id: String, xid: i64, seq: i64, body: String, }
    /// A place of the event log.
    #[derive(Copy, PartialOrd, Ord, Default)]
    PlaceRow { xid: i64, seq: i64, }
    /// Up to where the log is gone, and how many events that were.
    TrimmedRow { xid: i64, seq: i64, events: i64, }
    /// How much a row of the event log holds.
    LogSizeRow { xid: i64, seq: i64, at: i64, events: i64, }
    /// Where events are posted to.
    WebhookRow {
        workspace_id: String, id: String, url: String, description: String, event_types: String, enabled: bool,
        disabled_reason: Option<String>, failing_since: Option<i64>, secret_version: i64, old_until: Option<i64>,
        from_xid: i64, from_seq: i64, version: i64, created_by: String, created_at: i64, updated_at: i64,
    }
    /// One event on its way to one webhook.
    DeliveryRow {
        workspace_id: String, id: String, webhook_id: String, event_id: String, event_type: String, body: String,
        state: String, attempt: i64, next_at: Option<i64>, status: Option<i64>, took_ms: Option<i64>,
        error: Option<String>, response: Option<String>, created_at: i64, attempted_at: Option<i64>,
    }
    /// Decisions sealed together.
    LedgerBlockRow {
        workspace_id: String, seq: i64, previous_sha256: String, sha256: String, entries: String, last_at: i64,
        last_id: String, sealed_at: i64,
    }
    /// A reply that is not sent yet, or was.
    #[derive(serde::Deserialize)]
    DraftRow {
        workspace_id: String, id: String, conversation_id: String, message_id: String, run_id: String,
        author_kind: String, status: String, version: i64, subject: Option<String>, body_text: String,
        content_sha256: String, source: String, base_revision: i64, created_at: i64, updated_at: i64,
        author_id: Option<String>, author_name: Option<String>, attachments: String,
    }
    /// What a file is.
    AttachmentRow { id: String, name: String, media_type: String, size: i64, sha256: String, }
    /// One text a draft has had.
    DraftVersionRow {
        version: i64, author: String, subject: Option<String>, body_text: String, content_sha256: String,
        created_at: i64,
    }
    /// A question to a person.
    ApprovalRow {
        workspace_id: String, id: String, run_id: String, conversation_id: String, draft_id: String,
        decision_id: String, state: String, team: Option<String>, expires_at: Option<i64>, expire_to: String,
        decided_by: Option<String>, decided_at: Option<i64>, draft_version: Option<i64>, reason: Option<String>,
        created_at: i64, people: i64, to_address: String, base_revision: i64, reminded_at: Option<i64>,
        claimed_by: Option<String>, claimed_name: Option<String>, claimed_until: Option<i64>, tier: String, ease: i64,
        lasts_until: i64,
    }
    /// One yes to an approval, and the text it was given for.
    VoteRow { rep_id: String, rep_name: String, draft_version: i64, content_sha256: String, at: i64, }
    /// Something that happens at a time.
    TimerRow { workspace_id: String, kind: String, subject_id: String, due_at: i64, data: String, }
    /// A rep named in a note.
    MentionRow { note_id: String, rep_id: String, conversation_id: String, created_at: i64, }
    /// The intent to send, and what became of it.
    #[derive(serde::Deserialize)]
    EffectRow {
        workspace_id: String, id: String, run_id: String, conversation_id: String, message_id: String,
        idempotency_key: String, state: String, payload: String, automatic: bool, attempt: i64,
        boot: Option<String>, provider_ref: Option<String>, last_error: Option<String>, created_at: i64,
        updated_at: i64,
    }
    /// An internal note.
    NoteRow {
        workspace_id: String, id: String, conversation_id: String, author_id: String, author_name: String,
        body_text: String, created_at: i64, version: i64, edited_at: Option<i64>, deleted_at: Option<i64>,
    }
    /// A team.
    TeamRow { id: String, name: String, version: i64, created_at: i64, }
    /// Somebody in a team.
    MemberRow { id: String, name: String, }
    /// Who is at a conversation, what they do, and until when that is good.
    PresenceRow { rep_id: String, rep_name: String, doing: String, until_at: i64, }
    /// What a workspace has set; `sign_in` is JSON.
    SettingRow { event_days: i64, sign_in: Option<String>, version: i64, }
    /// Somebody on the way to the provider that says who they are, and back.
    SignInRow { workspace_id: String, browser_sha256: String, nonce: String, verifier: String, return_to: String, }
    /// What became of a conversation that is no more.
    JoinedRow { into_id: String, by_name: String, at: i64, }
    /// What people read.
    TimelineRow {
        workspace_id: String, id: String, conversation_id: String, contact_id: String, kind: String,
        actor_kind: String, actor_name: Option<String>, summary: String, refers_to: Option<String>, data: String,
        at: i64,
    }
    /// A switch and who flipped it.
    #[derive(serde::Deserialize)]
    SwitchRow {
        workspace_id: String, name: String, is_on: bool, reason: String, changed_by: String, changed_at: i64,
        flips: i64,
    }
    /// What a provider told.
    ProviderEventRow {
        workspace_id: String, id: String, channel_id: String, event_key: String, kind: String,
        message_id: Option<String>, word: String, meaning: String, cause: Option<String>, recipient: Option<String>,
        data: String, sha256: String, occurred_at: i64, received_at: i64,
    }
    /// What a provider told about a message that was not known yet.
    #[derive(serde::Deserialize)]
    ParkedRow {
        id: String, kind: String, meaning: String, cause: Option<String>, recipient: Option<String>, data: String,
        occurred_at: i64,
    }
    /// A message that something is about, and where it belongs.
    #[derive(serde::Deserialize)]
    SubjectRow {
        id: String, conversation_id: String, contact_id: String, channel_id: String, direction: String,
        to_address: String,
    }
    /// What is known of a message's way.
    #[derive(serde::Deserialize)]
    DeliveryStateRow {
        progress: i64, arrived_at: i64, failed_at: i64, soft_at: i64, expired_at: i64, cancelled_at: i64, hard_at: i64,
        complained_at: i64, opted_out_at: i64,
    }
    /// How a channel is.
    HealthRow {
        workspace_id: String, channel_id: String, verified_at: Option<i64>, refused_at: Option<i64>,
        refused_why: Option<String>, tested_at: Option<i64>, tested_why: Option<String>,
    }
    /// Up to where a mailbox was read, and how that went.
    MailboxRow {
        workspace_id: String, channel_id: String, place: String, uid_validity: i64, last_uid: i64, since: i64,
        worked_at: Option<i64>, failed_at: Option<i64>, failed_why: Option<String>, held_by: String, held_until: i64,
    }
    /// A file of a message that is to be fetched.
    MediaRow {
        workspace_id: String, message_id: String, reference: String, channel_id: String, tries: i64, due_at: i64,
    }
    /// How often inbound requests were turned away, by reason.
    RejectedRow { reason: String, times: i64, }
    /// What must still be true when a send begins.
    #[derive(serde::Deserialize)]
    FenceRow {
        place: i64, revision: i64, human_active: bool, contact_version: i64, ai_paused: bool,
        ai_paused_until: Option<i64>, opted_out_at: Option<i64>, channel_status: String, email_warmup: bool,
        policy_digest: Option<String>, kill_switch: bool, flips: i64,
    }
}
