//! Reading. Every function takes a borrowed connection, so that it serves inside and outside a transaction.
//! "Not there" is `Ok(None)` or an empty list, never an error.

use super::batch::set::Set;
use super::rows::{
    AboutRow, ActionRow, AddressRow, AnswerRow, ApprovalRow, AttachmentRow, AuditRow, BootRow, CertificateRow,
    ChannelRow, ChannelStateRow, ComposerRow, ContactListRow, ContactRow, ConversationRow, CountsRow, DecisionKeyRow,
    DecisionRow, DeliveryRow, DraftRow, DraftVersionRow, DueRow, GoneRow, HealthRow, JoinedRow, KeyRow, LabelCountRow,
    LedgerBlockRow, LessonRow, LinkRow, MailboxRow, MediaRow, MemberRow, MentionRow, MessageRow, NoteRow, OnceRow,
    PackRow, PlaceRow, PolicyActivationRow, PolicyActiveRow, PolicyListRow, PolicyVersionRow, PresenceRow,
    PrincipalRow, ProviderEventRow, QueuedRow, RawBytesRow, RejectedRow, RepRow, RunErrorRow, RunRow, SaidRow,
    SessionRow, SettingRow, SignInRow, SpotCheckRow, SwitchRow, TagRow, TeamRow, TimelineRow, TimerRow, ToldRow,
    TrainingRow, ViewRow, VoteRow, WebhookRow, WorkspaceRow,
};
use super::statements::{self as sql, many};
use super::{Conn, StoreError, fetch, on};

/// Declares read functions: name, parameters, row, statement and how many rows.
macro_rules! reads {
    ($($(#[$meta:meta])* $name:ident($($arg:ident: $type:ty),*) -> $how:ident $row:ty = $sql:ident;)+) => {
        $(
            $(#[$meta])*
            ///
            /// # Errors
            /// [`StoreError`] when the database fails.
            pub async fn $name(conn: &mut Conn<'_> $(, $arg: $type)*) -> Result<reads!(@type $how $row), StoreError> {
                Ok(on!(conn, |c| reads!(@fetch $how, sqlx::query_as(sql::$sql)$(.bind($arg))*, c)))
            }
        )+
    };
    (@type one $row:ty) => { Option<$row> };
    (@type all $row:ty) => { Vec<$row> };
    (@fetch one, $query:expr, $c:ident) => { $query.fetch_optional($c).await? };
    (@fetch all, $query:expr, $c:ident) => { $query.fetch_all($c).await? };
}

reads! {
    /// A workspace.
    workspace(id: &str) -> one WorkspaceRow = WORKSPACE_GET;
    /// Who holds a key that is good now.
    principal_by_key(key_sha256: &str, now: i64) -> one PrincipalRow = PRINCIPAL_BY_KEY;
    /// Whose session it is, if it is good now and was seen after a time.
    principal_by_session(token_sha256: &str, now: i64, seen_after: i64) -> one PrincipalRow = PRINCIPAL_BY_SESSION;
    /// What is kept of a rep's password.
    password(ws: &str, rep: &str) -> one (String,) = PASSWORD_GET;
    /// A rep who can sign in, if there is any.
    password_any(ws: &str) -> one (String,) = PASSWORD_ANY;
    /// A rep's sessions that are good now and were seen after a time.
    sessions(ws: &str, rep: &str, now: i64, seen_after: i64) -> all SessionRow = SESSION_LIST;
    /// A link that is still good.
    link(token_sha256: &str, kind: &str, now: i64) -> one LinkRow = LINK_GET;
    /// Keys before a time and id, latest first.
    keys(ws: &str, before: i64, before_id: &str, limit: i64) -> all KeyRow = API_KEY_LIST;
    /// A request that was made after a time.
    once(ws: &str, id: &str, after: i64) -> one OnceRow = ONCE_GET;
    /// Tags after a name.
    tags(ws: &str, after: &str, limit: i64) -> all TagRow = TAG_LIST;
    /// A tag.
    tag(ws: &str, id: &str) -> one TagRow = TAG_GET;
    /// A tag by its name.
    tag_by_name(ws: &str, name: &str) -> one TagRow = TAG_BY_NAME;
    /// A team.
    team(ws: &str, id: &str) -> one TeamRow = TEAM_GET;
    /// A team by its name.
    team_by_name(ws: &str, name: &str) -> one TeamRow = TEAM_BY_NAME;
    /// Teams after a name.
    teams(ws: &str, after: &str, limit: i64) -> all TeamRow = TEAM_LIST;
    /// Who is in a team.
    team_members(ws: &str, team: &str) -> all MemberRow = TEAM_MEMBERS;
    /// Who is at a conversation now.
    presence(ws: &str, conversation: &str, now: i64) -> all PresenceRow = PRESENCE_LIST;
    /// What somebody does at a conversation, and until when that is good.
    presence_of(ws: &str, conversation: &str, rep: &str) -> one (String, i64) = PRESENCE_OF;
    /// What a workspace has set.
    settings(ws: &str) -> one SettingRow = SETTING_GET;
    /// Who comes back from the provider that says who they are.
    sign_in_begun(state_sha256: &str, now: i64) -> one SignInRow = SIGN_IN_GET;
    /// Whom a provider means.
    identity(ws: &str, issuer: &str, subject: &str) -> one (String,) = IDENTITY_GET;
    /// What became of a conversation that is no more.
    conversation_joined(ws: &str, conversation: &str) -> one JoinedRow = CONVERSATION_GONE_GET;
    /// What happened in the latest conversations with a contact before a time and id, latest first.
    timeline_of_contact(ws: &str, contact: &str, before: i64, before_id: &str, limit: i64) -> all TimelineRow = TIMELINE_OF_CONTACT;
    /// A conversation's tags.
    tags_of(ws: &str, conversation: &str) -> all TagRow = CONVERSATION_TAGS;
    /// The labels of one model's answers under one policy, counted.
    label_counts(ws: &str, digest: &str, model: &str) -> all LabelCountRow = LABEL_COUNTS;
    /// What was asked to be proved under a policy and of a model.
    certificates(ws: &str, digest: &str, model: &str) -> all CertificateRow = CERTIFICATE_LIST;
    /// The latest answers of a model before a message and after a time, looked for among so many messages.
    answers(ws: &str, model: &str, before: &str, since: i64, messages: i64, limit: i64) -> all AnswerRow = MESSAGE_ANSWERS;
    /// A drawn answer that nobody has looked at: policy, model, and the names of its certificates as JSON.
    spot_check(ws: &str, message: &str) -> one (String, String, String) = SPOT_CHECK_GET;
    /// Answers that wait to be looked at, after a time and message, oldest first.
    spot_checks(ws: &str, after: i64, after_message: &str, limit: i64) -> all SpotCheckRow = SPOT_CHECK_LIST;
    /// The latest training of a policy's classifier.
    training(ws: &str, digest: &str) -> one TrainingRow = TRAINING_GET;
    /// What a model learned beside the policy's examples, as JSON.
    training_lessons(ws: &str, digest: &str, model: &str) -> one (String,) = TRAINING_LESSONS;
    /// What people said that messages are, the latest first.
    lessons(ws: &str, limit: i64) -> all LessonRow = LESSON_LIST;
    /// When people said so, after a time.
    lessons_after(ws: &str, after: i64, limit: i64) -> all (i64,) = LESSON_AFTER;
    /// Who looks after a conversation.
    assignee(ws: &str, conversation: &str) -> one (Option<String>,) = CONVERSATION_ASSIGNEE;
    /// For each channel kind, how many conversations there are, each number counted up to `most`.
    conversation_counts(ws: &str, rep: &str, most: i64) -> all CountsRow = CONVERSATION_COUNTS;
    /// How many approvals are pending, up to `most`.
    approval_count(ws: &str, most: i64) -> one (i64,) = APPROVAL_COUNT;
    /// The AI's run for a message.
    run_of_message(ws: &str, message: &str) -> one RunRow = RUN_OF_MESSAGE;
    /// A key.
    key(ws: &str, id: &str) -> one KeyRow = API_KEY_GET;
    /// A rep by address.
    rep_by_email(ws: &str, email: &str) -> one RepRow = REP_BY_EMAIL;
    /// A channel by the id in an inbound address.
    channel_by_id(id: &str) -> one ChannelRow = CHANNEL_BY_ID;
    /// The oldest channel of a kind.
    channel_first_of_kind(ws: &str, kind: &str) -> one ChannelRow = CHANNEL_FIRST_OF_KIND;
    /// All channels.
    channels(ws: &str) -> all ChannelRow = CHANNEL_LIST;
    /// How often a channel was changed, and whether it was given up.
    channel_state(ws: &str, id: &str) -> one ChannelStateRow = CHANNEL_STATE;
    /// The same of all channels, also of those that were given up.
    channel_states(ws: &str) -> all ChannelStateRow = CHANNEL_STATES;
    /// Where something that was told from outside stands.
    told(ws: &str, name_sha256: &str) -> one ToldRow = TIMELINE_EVENT_GET;
    /// What somebody set for themselves, as JSON.
    own_settings(ws: &str, rep: &str) -> one (String,) = REP_SETTING_GET;
    /// A contact's latest conversation.
    conversation_last(ws: &str, contact: &str) -> one (String,) = CONVERSATION_LAST;
    /// A contact.
    contact(ws: &str, id: &str) -> one ContactRow = CONTACT_GET;
    /// Contacts before a time and id, latest first.
    contacts(ws: &str, before: i64, before_id: &str, limit: i64) -> all ContactListRow = CONTACT_LIST;
    /// Whoever has an address, written in one of two ways.
    contacts_by_address(ws: &str, address: &str, or: &str) -> all ContactListRow = CONTACT_LIST_ADDRESS;
    /// Who has an address of a kind.
    contact_by_address(ws: &str, kind: &str, address: &str) -> one (String,) = CONTACT_BY_ADDRESS;
    /// A contact's latest conversation on a channel that is not closed.
    conversation_open(ws: &str, contact: &str, channel: &str) -> one (String,) = CONVERSATION_OPEN;
    /// A kept filter.
    view(ws: &str, id: &str) -> one ViewRow = VIEW_GET;
    /// Somebody's kept filters and those for everybody, after an id.
    views(ws: &str, rep: &str, after: &str, limit: i64) -> all ViewRow = VIEW_LIST;
    /// What somebody is writing in a conversation.
    composer(ws: &str, rep: &str, conversation: &str) -> one ComposerRow = COMPOSER_GET;
    /// What somebody is writing, before a time and conversation, latest first.
    composers(ws: &str, rep: &str, before: i64, before_id: &str, limit: i64) -> all ComposerRow = COMPOSER_LIST;
    /// Who was merged into a contact.
    merged_into(ws: &str, contact: &str) -> all (String,) = CONTACT_GONE_INTO;
    /// What became of a contact that is no more by itself.
    contact_gone(ws: &str, contact: &str) -> one GoneRow = CONTACT_GONE_GET;
    /// A contact's conversations after an id.
    conversation_ids(ws: &str, contact: &str, after: &str, limit: i64) -> all (String,) = CONVERSATION_IDS_OF_CONTACT;
    /// What a decision hashed to before words were taken out of it.
    decision_erased(ws: &str, decision: &str) -> one (String,) = DECISION_ERASED_GET;
    /// Who did what before a time and id, latest first.
    audit(ws: &str, before: i64, before_id: &str, limit: i64) -> all AuditRow = AUDIT_LIST;
    /// What somebody did before a time and id, latest first.
    audit_of_actor(ws: &str, actor: &str, before: i64, before_id: &str, limit: i64) -> all AuditRow = AUDIT_OF_ACTOR;
    /// A contact's addresses.
    contact_addresses(ws: &str, contact: &str) -> all AddressRow = CONTACT_ADDRESSES;
    /// A contact's segments.
    contact_segments(ws: &str, contact: &str) -> all (String,) = CONTACT_SEGMENTS;
    /// A conversation.
    conversation(ws: &str, id: &str) -> one ConversationRow = CONVERSATION_GET;
    /// A contact's latest conversations.
    conversations_of_contact(ws: &str, contact: &str, limit: i64) -> all ConversationRow = CONVERSATION_OF_CONTACT;
    /// Why a conversation needs a person.
    actions(ws: &str, conversation: &str) -> all ActionRow = REQUIRES_ACTION_OF;
    /// What came in, byte for byte.
    raw_bytes(ws: &str, raw_event: &str) -> one RawBytesRow = RAW_EVENT_BYTES;
    /// What a file is.
    attachment(ws: &str, id: &str) -> one AttachmentRow = ATTACHMENT_GET;
    attachment_seen(ws: &str, id: &str, rep_id: &str) -> one AttachmentRow = ATTACHMENT_SEEN;
    /// A file's bytes.
    attachment_bytes(ws: &str, id: &str) -> one (Vec<u8>,) = ATTACHMENT_BYTES;
    /// Up to which message a chat was sent to its visitor.
    transcript(ws: &str, conversation: &str) -> one (i64,) = TRANSCRIPT_GET;
    /// Files of all workspaces whose time to be fetched has come.
    media_due(now: i64, limit: i64) -> all MediaRow = MEDIA_DUE;
    /// A message.
    message(ws: &str, id: &str) -> one MessageRow = MESSAGE_GET;
    /// A conversation's messages before a number, newest first.
    messages(ws: &str, conversation: &str, before_seq: i64, limit: i64) -> all MessageRow = MESSAGE_LIST;
    /// Messages of all workspaces after a workspace and id, in the order of their keys.
    message_walk(after_ws: &str, after: &str, limit: i64) -> all (String, String) = MESSAGE_WALK;
    /// Notes of all workspaces after a workspace and id, in the order of their keys.
    note_walk(after_ws: &str, after: &str, limit: i64) -> all (String, String) = NOTE_WALK;
    /// Contacts of all workspaces after a workspace and id, in the order of their keys.
    contact_walk(after_ws: &str, after: &str, limit: i64) -> all (String, String) = CONTACT_WALK;
    /// A run.
    run(ws: &str, id: &str) -> one RunRow = RUN_GET;
    /// What the AI has queued, asked about or is sending for a contact.
    live_of_contact(ws: &str, contact: &str) -> all QueuedRow = RUN_LIVE_OF_CONTACT;
    /// What the AI has queued or is sending, after a time and id.
    queued(ws: &str, after: i64, after_id: &str, limit: i64) -> all QueuedRow = RUN_QUEUED;
    /// The latest message of a person outside.
    latest_inbound(ws: &str, conversation: &str) -> one MessageRow = MESSAGE_LATEST_INBOUND;
    /// Every yes to an approval, the first one first.
    votes(ws: &str, approval: &str) -> all VoteRow = APPROVAL_VOTES;
    /// The timers of a kind.
    timers(ws: &str, kind: &str) -> all TimerRow = TIMER_OF_KIND;
    /// Where a rep was named, latest first.
    mentions(ws: &str, rep: &str, before: i64, before_note: &str, limit: i64) -> all MentionRow = MENTION_OF_REP;
    /// Everybody inside.
    reps(ws: &str) -> all RepRow = REP_LIST;
    /// Everybody inside, after an id.
    reps_after(ws: &str, after: &str, limit: i64) -> all RepRow = REP_AFTER;
    /// A rep.
    rep(ws: &str, id: &str) -> one RepRow = REP_GET;
    /// Runs that are due, oldest first.
    due(now: i64, limit: i64) -> all DueRow = RUN_DUE;
    /// What failed in a run before a version, latest first.
    run_errors(ws: &str, run: &str, before: i64, limit: i64) -> all RunErrorRow = RUN_ERRORS;
    /// Runs after an id that nobody would ever look at.
    forgotten(after: &str, limit: i64) -> all RunRow = RUN_FORGOTTEN;
    /// Runs after an id and up to another that wait for a person who is not asked.
    unasked(ws: &str, after: &str, until: &str) -> all RunRow = RUN_UNASKED;
    /// The last id of the next slice of runs that wait for a person.
    waiting_slice(ws: &str, after: &str, limit: i64) -> one (Option<String>,) = RUN_WAITING_SLICE;
    /// How many runs are due, up to a number.
    depth(now: i64, most: i64) -> one (i64,) = RUN_DEPTH;
    /// How many jobs there are by state, each counted up to a number.
    job_counts(ws: &str, now: i64, most: i64) -> all (String, i64) = JOB_COUNTS;
    /// When the first run is due, or was.
    queue_oldest() -> one (Option<i64>,) = QUEUE_OLDEST;
    /// How often in a row a process may have died over a run.
    unclean(ws: &str, run: &str) -> one (i64,) = RUN_UNCLEAN_GET;
    /// Processes that owned the store and did not end in good order.
    other_boots(own: &str) -> all BootRow = BOOT_OTHERS;
    /// The policy in force.
    policy_active(ws: &str) -> one PolicyActiveRow = POLICY_ACTIVE_GET;
    /// A policy's files.
    policy_version(ws: &str, digest: &str) -> one PolicyVersionRow = POLICY_VERSION_GET;
    /// A decision.
    decision(ws: &str, id: &str) -> one DecisionRow = DECISION_GET;
    /// A message's decisions, latest first.
    decisions_of_message(ws: &str, message: &str) -> all DecisionRow = DECISION_OF_MESSAGE;
    /// Decisions after a time and id up to a time, in order.
    decisions_after(ws: &str, after: i64, after_id: &str, until: i64, limit: i64) -> all DecisionRow = DECISION_AFTER;
    /// Whom decisions are about, after a time and id up to a time and id.
    decisions_about(ws: &str, after: i64, after_id: &str, until: i64, until_id: &str) -> all AboutRow = DECISION_ABOUT;
    /// The decision before the latest `count`, if it is not older than a time.
    decision_nth(ws: &str, since: i64, count: i64) -> one DecisionKeyRow = DECISION_NTH;
    /// Blocks of decisions for replay after a time and number, in order.
    packs(ws: &str, after: i64, after_seq: i64, limit: i64) -> all PackRow = DECISION_PACKS;
    /// Policies that were kept before a time and digest, latest first.
    policy_versions(ws: &str, before: i64, before_digest: &str, limit: i64) -> all PolicyListRow = POLICY_VERSION_LIST;
    /// When which policy came into force before a time and id, latest first.
    policy_activations(ws: &str, before: i64, before_id: &str, limit: i64) -> all PolicyActivationRow = POLICY_ACTIVATION_LIST;
    /// The youngest block of the ledger.
    ledger_head(ws: &str) -> one LedgerBlockRow = LEDGER_HEAD;
    /// Blocks of the ledger after a number, in order.
    ledger_blocks(ws: &str, after: i64, limit: i64) -> all LedgerBlockRow = LEDGER_BLOCKS;
    /// Decisions before a time and id, latest first.
    decisions(ws: &str, before: i64, before_id: &str, limit: i64) -> all DecisionRow = DECISION_LIST;
    /// A draft.
    draft(ws: &str, id: &str) -> one DraftRow = DRAFT_GET;
    /// A conversation's drafts before a time and id, latest first.
    drafts(ws: &str, conversation: &str, before: i64, before_id: &str, limit: i64) -> all DraftRow = DRAFT_OF_CONVERSATION;
    /// Drafts of the latest calls of language models before one and since a time, and whom they are for, the latest first.
    drafts_by_models(ws: &str, before: &str, since: i64, calls: i64) -> all SaidRow = DRAFT_BY_MODELS;
    /// Every text a draft has had.
    draft_versions(ws: &str, draft: &str) -> all DraftVersionRow = DRAFT_VERSIONS;
    /// An approval.
    approval(ws: &str, id: &str) -> one ApprovalRow = APPROVAL_GET;
    /// What a run waits for.
    approval_pending(ws: &str, run: &str) -> one ApprovalRow = APPROVAL_PENDING_OF_RUN;
    /// Approvals in a state after a time and id, oldest first.
    approvals(ws: &str, state: &str, after: i64, after_id: &str, limit: i64) -> all ApprovalRow = APPROVAL_LIST;
    /// A note.
    note(ws: &str, id: &str) -> one NoteRow = NOTE_GET;
    /// A conversation's notes before a time and id, latest first.
    notes(ws: &str, conversation: &str, before: i64, before_id: &str, limit: i64) -> all NoteRow = NOTE_LIST;
    /// A conversation's timeline before a time and id, latest first.
    timeline(ws: &str, conversation: &str, before: i64, before_id: &str, limit: i64) -> all TimelineRow = TIMELINE_LIST;
    /// A webhook.
    webhook(ws: &str, id: &str) -> one WebhookRow = WEBHOOK_GET;
    /// Webhooks after a time and id, oldest first.
    webhooks(ws: &str, after: i64, after_id: &str, limit: i64) -> all WebhookRow = WEBHOOK_LIST;
    /// The webhooks of all workspaces that are told of events.
    webhooks_enabled() -> all WebhookRow = WEBHOOK_ENABLED;
    /// Up to where a workspace's log was turned into deliveries.
    webhook_place(ws: &str) -> one PlaceRow = WEBHOOK_PLACE_GET;
    /// A delivery.
    delivery(ws: &str, id: &str) -> one DeliveryRow = WEBHOOK_DELIVERY_GET;
    /// A webhook's deliveries before a time and id, latest first.
    deliveries(ws: &str, webhook: &str, before: i64, before_id: &str, limit: i64) -> all DeliveryRow = WEBHOOK_DELIVERY_LIST;
    /// What providers told about a message before a time and id, latest first.
    events_of_message(ws: &str, message: &str, before: i64, before_id: &str, limit: i64) -> all ProviderEventRow = PROVIDER_EVENT_OF_MESSAGE;
    /// What the provider of a channel told before a time and id, latest first.
    provider_events(ws: &str, channel: &str, before: i64, before_id: &str, limit: i64) -> all ProviderEventRow = PROVIDER_EVENT_LIST;
    /// How a channel is.
    channel_health(ws: &str, channel: &str) -> one HealthRow = CHANNEL_HEALTH_GET;
    /// Up to where a mailbox was read, and how that went.
    mailbox(ws: &str, channel: &str) -> one MailboxRow = MAILBOX_GET;
    /// A contact's latest conversation on a channel.
    conversation_last_on(ws: &str, contact: &str, channel: &str) -> one (String,) = CONVERSATION_LAST_ON;
    /// Whose address it is.
    contact_of_address(ws: &str, kind: &str, address: &str) -> one (String,) = CONTACT_OF_ADDRESS;
    /// Inbound requests turned away since the start of a day, by reason.
    rejected(since_day: i64) -> all RejectedRow = REJECTED_LIST;
}

/// When the engine must look again; `None` when nothing waits for a time.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn next_due(conn: &mut Conn<'_>, now: i64) -> Result<Option<i64>, StoreError> {
    let row: (Option<i64>,) = on!(conn, |c| sqlx::query_as(sql::RUN_NEXT_DUE).bind(now).fetch_one(c).await?);
    Ok(row.0)
}

/// How many timers are due.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn timers_due(conn: &mut Conn<'_>, now: i64) -> Result<i64, StoreError> {
    let row: (i64,) = on!(conn, |c| sqlx::query_as(sql::TIMER_COUNT_DUE).bind(now).fetch_one(c).await?);
    Ok(row.0)
}

/// How many runs that came before `run` are due and count against the same limit; at most `most` are counted.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn limit_ahead(
    conn: &mut Conn<'_>,
    ws: &str,
    (limit, subject): (&str, &str),
    run: &str,
    now: i64,
    most: i64,
) -> Result<i64, StoreError> {
    let rows: Vec<(i64,)> = fetch!(conn, sql::LIMIT_AHEAD, ws, limit, subject, run, now, most);
    Ok(rows.first().map_or(0, |row| row.0))
}

/// Every switch that was ever flipped.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn switches(conn: &mut Conn<'_>, ws: &str) -> Result<Vec<SwitchRow>, StoreError> {
    Ok(fetch!(conn, sql::SWITCH_LIST, ws))
}

/// These messages, workspace and id each; one that is not there is left out.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn messages_of(conn: &mut Conn<'_>, ids: &[(&str, &str)]) -> Result<Vec<MessageRow>, StoreError> {
    let mut asked = Set::new(&many::MESSAGE_GET);
    for &(ws, id) in ids {
        asked.push([ws.into(), id.into()]);
    }
    asked.fetch(conn).await
}

/// Which conversations a list shows. Each combination has an index of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct ConversationFilter<'a> {
    /// Only this channel kind.
    pub channel: Option<&'a str>,
    /// Which of them.
    pub only: Only<'a>,
}

/// Which conversations of a channel kind, or of all.
#[derive(Debug, Clone, Copy, Default)]
pub enum Only<'a> {
    /// All.
    #[default]
    All,
    /// What this rep has not seen.
    UnreadBy(&'a str),
    /// What needs a person.
    RequiresAction,
}
