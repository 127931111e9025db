//! Every SQL statement of the engine, one file each, listed so that a test can prepare all of them on both databases.
//!
//! To add one: write `sql/table_verb.sql` (first line a comment with purpose and parameters), add it to the list below,
//! use the constant with `on!`. Portable subset: `$N` parameters, time is bound and never read from the
//! database, no JSON operators, no arrays, `CAST(SUM(x) AS BIGINT)`, counts and limits are `i64`.

pub mod office;

pub(crate) use office::*;

/// Makes a constant of each file and a list of them all.
macro_rules! statements {
    ($($constant:ident = $file:literal,)+) => {
        $(pub(crate) const $constant: &str = include_str!(concat!("sql/", $file, ".sql"));)+
        /// Name and text of every statement that runs on both databases.
        pub const PORTABLE: &[(&str, &str)] = &[$(($file, $constant),)+];
    };
}

statements! {
    API_KEY_GET = "api_key_get",
    API_KEY_INSERT = "api_key_insert",
    API_KEY_LIST = "api_key_list",
    API_KEY_REVOKE = "api_key_revoke",
    API_KEY_SEEN = "api_key_seen",
    APPROVAL_CLAIM = "approval_claim",
    APPROVAL_COUNT = "approval_count",
    APPROVAL_DECIDE = "approval_decide",
    APPROVAL_ERASE = "approval_erase",
    APPROVAL_GET = "approval_get",
    APPROVAL_LIST = "approval_list",
    APPROVAL_PENDING_OF_RUN = "approval_pending_of_run",
    APPROVAL_REMINDED = "approval_reminded",
    APPROVAL_VOTES = "approval_votes",
    APPROVAL_VOTE_INSERT = "approval_vote_insert",
    ATTACHMENT_BYTES = "attachment_bytes",
    ATTACHMENT_ERASE = "attachment_erase",
    ATTACHMENT_FORGET = "attachment_forget",
    ATTACHMENT_GET = "attachment_get",
    ATTACHMENT_SEEN = "attachment_seen",
    ATTACHMENT_INSERT = "attachment_insert",
    ATTACHMENT_USE = "attachment_use",
    AUDIT_INSERT = "audit_insert",
    AUDIT_LIST = "audit_list",
    AUDIT_OF_ACTOR = "audit_of_actor",
    SPOT_CHECK_DONE = "spot_check_done",
    SPOT_CHECK_GET = "spot_check_get",
    SPOT_CHECK_INSERT = "spot_check_insert",
    SPOT_CHECK_LIST = "spot_check_list",
    BOOT_END = "boot_end",
    BOOT_INSERT = "boot_insert",
    BOOT_OTHERS = "boot_others",
    CERTIFICATE_AUDITED = "certificate_audited",
    CERTIFICATE_LIST = "certificate_list",
    CERTIFICATE_REVOKE = "certificate_revoke",
    CERTIFICATE_SET = "certificate_set",
    CHANNEL_BY_ID = "channel_by_id",
    CHANNEL_CONNECT = "channel_connect",
    CHANNEL_FIRST_OF_KIND = "channel_first_of_kind",
    CHANNEL_HEALTH_GET = "channel_health_get",
    CHANNEL_HEALTH_MARK = "channel_health_mark",
    CHANNEL_INSERT = "channel_insert",
    CHANNEL_KIND_OF = "channel_kind_of",
    CHANNEL_LIST = "channel_list",
    CHANNEL_SET_STATUS = "channel_set_status",
    CHANNEL_WARMUP = "channel_warmup",
    COMPOSER_BEGIN = "composer_begin",
    COMPOSER_CLEAR = "composer_clear",
    COMPOSER_ERASE = "composer_erase",
    COMPOSER_GET = "composer_get",
    COMPOSER_KEEP = "composer_keep",
    COMPOSER_LIST = "composer_list",
    CONTACT_ABSORB = "contact_absorb",
    CONTACT_ADDRESSES = "contact_addresses",
    CONTACT_ADDRESS_ERASE = "contact_address_erase",
    CONTACT_ADDRESS_MOVE = "contact_address_move",
    CONTACT_ALIAS = "contact_alias",
    CONTACT_BY_ADDRESS = "contact_by_address",
    CONTACT_CHANGE = "contact_change",
    CONTACT_ERASE = "contact_erase",
    CONTACT_GET = "contact_get",
    CONTACT_GONE_GET = "contact_gone_get",
    CONTACT_GONE_INSERT = "contact_gone_insert",
    CONTACT_HOLD = "contact_hold",
    CONTACT_LEAVE = "contact_leave",
    CONTACT_LIST = "contact_list",
    CONTACT_LIST_ADDRESS = "contact_list_address",
    CONTACT_OF_ADDRESS = "contact_of_address",
    CONTACT_OPT_OUT = "contact_opt_out",
    CONTACT_PAUSE = "contact_pause",
    CONTACT_RESUME = "contact_resume",
    CONTACT_SEGMENTS = "contact_segments",
    CONTACT_SEGMENT_ADD = "contact_segment_add",
    CONTACT_SEGMENT_ERASE = "contact_segment_erase",
    CONTACT_SEGMENT_MOVE = "contact_segment_move",
    CONTACT_SET_COMPANY = "contact_set_company",
    CONTACT_SUPPRESS = "contact_suppress",
    CONTACT_SUPPRESSED = "contact_suppressed",
    CONTACT_WALK = "contact_walk",
    CONVERSATION_ASSIGN = "conversation_assign",
    CONVERSATION_ASSIGNEE = "conversation_assignee",
    CONVERSATION_COUNTS = "conversation_counts",
    CONVERSATION_ERASE = "conversation_erase",
    CONVERSATION_FLAG_ACTION = "conversation_flag_action",
    CONVERSATION_GET = "conversation_get",
    CONVERSATION_HUMAN = "conversation_human",
    CONVERSATION_IDS_OF_CONTACT = "conversation_ids_of_contact",
    CONVERSATION_LAST = "conversation_last",
    CONVERSATION_LAST_ON = "conversation_last_on",
    CONVERSATION_LIST = "conversation_list",
    CONVERSATION_LIST_ACTION = "conversation_list_action",
    CONVERSATION_LIST_ACTION_CHANNEL = "conversation_list_action_channel",
    CONVERSATION_LIST_CHANNEL = "conversation_list_channel",
    CONVERSATION_LIST_UNREAD = "conversation_list_unread",
    CONVERSATION_LIST_UNREAD_CHANNEL = "conversation_list_unread_channel",
    CONVERSATION_MOVE = "conversation_move",
    CONVERSATION_OF_CONTACT = "conversation_of_contact",
    CONVERSATION_OPEN = "conversation_open",
    CONVERSATION_SLA_MET = "conversation_sla_met",
    CONVERSATION_STATUS = "conversation_status",
    CONVERSATION_TAGS = "conversation_tags",
    CONVERSATION_TAG_ADD = "conversation_tag_add",
    CONVERSATION_TAG_REMOVE = "conversation_tag_remove",
    DECISION_ABOUT = "decision_about",
    DECISION_AFTER = "decision_after",
    DECISION_ERASED_GET = "decision_erased_get",
    DECISION_ERASED_INSERT = "decision_erased_insert",
    DECISION_GET = "decision_get",
    DECISION_LIST = "decision_list",
    DECISION_NTH = "decision_nth",
    DECISION_OF_MESSAGE = "decision_of_message",
    DECISION_PACKS = "decision_packs",
    DECISION_PACK_INSERT = "decision_pack_insert",
    DECISION_RECORD_SET = "decision_record_set",
    DELIVERY_GET = "delivery_get",
    DELIVERY_MERGE = "delivery_merge",
    DRAFT_BY_MODELS = "draft_by_models",
    DRAFT_EDIT = "draft_edit",
    DRAFT_ERASE = "draft_erase",
    DRAFT_GET = "draft_get",
    DRAFT_INSERT_REPLY = "draft_insert_reply",
    DRAFT_OF_CONVERSATION = "draft_of_conversation",
    DRAFT_VERSIONS = "draft_versions",
    DRAFT_VERSION_ERASE = "draft_version_erase",
    EFFECT_CANCEL_OF_RUN = "effect_cancel_of_run",
    EFFECT_ERASE = "effect_erase",
    EVENT_TRIMMED_GET = "event_trimmed_get",
    EVENT_TRIMMED_SET = "event_trimmed_set",
    JOB_COUNTS = "job_counts",
    LABEL_COUNTS = "label_counts",
    LABEL_COUNT_ADD = "label_count_add",
    LABEL_GET = "label_get",
    LABEL_SET = "label_set",
    LEDGER_BLOCKS = "ledger_blocks",
    LEDGER_BLOCK_INSERT = "ledger_block_insert",
    LEDGER_HEAD = "ledger_head",
    LESSON_AFTER = "lesson_after",
    LESSON_LIST = "lesson_list",
    LIMIT_AHEAD = "limit_ahead",
    LIMIT_COUNT_MOVE = "limit_count_move",
    LIMIT_WAIT_ADD = "limit_wait_add",
    LIMIT_WAIT_END = "limit_wait_end",
    LIMIT_WAIT_MOVE = "limit_wait_move",
    LINK_END_OF_REP = "link_end_of_rep",
    LINK_GET = "link_get",
    LINK_INSERT = "link_insert",
    LINK_USE = "link_use",
    LINK_USE_SET_UP = "link_use_set_up",
    MAILBOX_FAILED = "mailbox_failed",
    MAILBOX_GET = "mailbox_get",
    MAILBOX_PLACE = "mailbox_place",
    MENTION_INSERT = "mention_insert",
    MENTION_OF_REP = "mention_of_rep",
    MESSAGE_BY_NAME = "message_by_name",
    MESSAGE_BY_OWN_ID = "message_by_own_id",
    MESSAGE_ERASE = "message_erase",
    MESSAGE_GET = "message_get",
    MESSAGE_LATEST_INBOUND = "message_latest_inbound",
    MESSAGE_ANSWERS = "message_answers",
    MESSAGE_LIST = "message_list",
    MESSAGE_REF_ERASE = "message_ref_erase",
    MESSAGE_RETELL = "message_retell",
    MESSAGE_SHOW = "message_show",
    MESSAGE_WALK = "message_walk",
    MODEL_CALL_ERASE = "model_call_erase",
    MODEL_CALL_INSERT = "model_call_insert",
    NOTE_ERASE = "note_erase",
    NOTE_GET = "note_get",
    NOTE_INSERT = "note_insert",
    NOTE_LIST = "note_list",
    NOTE_WALK = "note_walk",
    ONCE_ANSWER = "once_answer",
    ONCE_CLAIM = "once_claim",
    ONCE_FORGET = "once_forget",
    ONCE_GET = "once_get",
    PASSWORD_ANY = "password_any",
    PASSWORD_GET = "password_get",
    PASSWORD_SET = "password_set",
    POLICY_ACTIVATE_FIRST = "policy_activate_first",
    POLICY_ACTIVATE_IF = "policy_activate_if",
    POLICY_ACTIVATION_INSERT = "policy_activation_insert",
    POLICY_ACTIVATION_LIST = "policy_activation_list",
    POLICY_ACTIVE_GET = "policy_active_get",
    POLICY_VERSION_GET = "policy_version_get",
    POLICY_VERSION_INSERT = "policy_version_insert",
    POLICY_VERSION_LIST = "policy_version_list",
    PRINCIPAL_BY_KEY = "principal_by_key",
    PRINCIPAL_BY_SESSION = "principal_by_session",
    PROVIDER_EVENT_ERASE = "provider_event_erase",
    PROVIDER_EVENT_ERASE_CONTACT = "provider_event_erase_contact",
    PROVIDER_EVENT_FORGET = "provider_event_forget",
    PROVIDER_EVENT_MOVE = "provider_event_move",
    PROVIDER_PARKED_FORGET = "provider_parked_forget",
    PROVIDER_REQUEST_ERASE_CONTACT = "provider_request_erase_contact",
    PROVIDER_REQUEST_FORGET = "provider_request_forget",
    PROVIDER_EVENT_ABOUT = "provider_event_about",
    PROVIDER_EVENT_ATTACH = "provider_event_attach",
    PROVIDER_EVENT_INSERT = "provider_event_insert",
    PROVIDER_EVENT_LIST = "provider_event_list",
    PROVIDER_EVENT_OF_MESSAGE = "provider_event_of_message",
    PROVIDER_EVENT_PARKED = "provider_event_parked",
    PROVIDER_PARK = "provider_park",
    PROVIDER_REQUEST_ERASE = "provider_request_erase",
    PROVIDER_REQUEST_INSERT = "provider_request_insert",
    PROVIDER_UNPARK = "provider_unpark",
    QUEUE_OLDEST = "queue_oldest",
    RAW_EVENT_BYTES = "raw_event_bytes",
    RAW_EVENT_ERASE = "raw_event_erase",
    REJECTED_ADD = "rejected_add",
    REJECTED_LIST = "rejected_list",
    REP_AFTER = "rep_after",
    REP_BY_EMAIL = "rep_by_email",
    REP_CHANGE = "rep_change",
    REP_GET = "rep_get",
    REP_INSERT = "rep_insert",
    REP_LIST = "rep_list",
    REQUIRES_ACTION_CLEAR = "requires_action_clear",
    REQUIRES_ACTION_OF = "requires_action_of",
    REQUIRES_ACTION_REMOVE = "requires_action_remove",
    REQUIRES_ACTION_SETTLED = "requires_action_settled",
    RUN_DEPTH = "run_depth",
    RUN_DUE = "run_due",
    RUN_ERASE = "run_erase",
    RUN_ERRORS = "run_errors",
    RUN_ERROR_ERASE = "run_error_erase",
    RUN_ERROR_INSERT = "run_error_insert",
    RUN_FORGOTTEN = "run_forgotten",
    RUN_GET = "run_get",
    RUN_INSERT_REPLY = "run_insert_reply",
    RUN_INSTRUCT = "run_instruct",
    RUN_LIVE_OF_CONTACT = "run_live_of_contact",
    RUN_NEXT_DUE = "run_next_due",
    RUN_OF_MESSAGE = "run_of_message",
    RUN_QUEUED = "run_queued",
    RUN_UNASKED = "run_unasked",
    RUN_UNCLEAN_ADD = "run_unclean_add",
    RUN_UNCLEAN_CLEAR = "run_unclean_clear",
    RUN_UNCLEAN_GET = "run_unclean_get",
    RUN_WAITING_SLICE = "run_waiting_slice",
    RUN_WITHDRAW = "run_withdraw",
    SESSION_END = "session_end",
    SESSION_END_OTHERS = "session_end_others",
    SESSION_FORGET = "session_forget",
    SESSION_INSERT = "session_insert",
    SESSION_LIST = "session_list",
    SESSION_SEEN = "session_seen",
    STEP_ERASE = "step_erase",
    SWITCH_COUNT = "switch_count",
    SWITCH_LIST = "switch_list",
    SWITCH_SET = "switch_set",
    TAG_BY_NAME = "tag_by_name",
    TAG_GET = "tag_get",
    TAG_INSERT = "tag_insert",
    TAG_LIST = "tag_list",
    TIMELINE_ERASE = "timeline_erase",
    TIMELINE_LIST = "timeline_list",
    TIMER_CLEAR = "timer_clear",
    TIMER_COUNT_DUE = "timer_count_due",
    TIMER_FIRED = "timer_fired",
    TIMER_OF_KIND = "timer_of_kind",
    TIMER_SET = "timer_set",
    TRAINING_ERASE = "training_erase",
    TRAINING_GET = "training_get",
    TRAINING_LESSONS = "training_lessons",
    TRAINING_SET = "training_set",
    UNREAD_CLEAR = "unread_clear",
    UNREAD_MARK = "unread_mark",
    VIEW_CHANGE = "view_change",
    VIEW_DELETE = "view_delete",
    VIEW_GET = "view_get",
    VIEW_INSERT = "view_insert",
    VIEW_LIST = "view_list",
    WEBHOOK_CHANGE = "webhook_change",
    WEBHOOK_DELETE = "webhook_delete",
    WEBHOOK_DELIVERY_AGAIN = "webhook_delivery_again",
    WEBHOOK_DELIVERY_ATTEMPTED = "webhook_delivery_attempted",
    WEBHOOK_DELIVERY_GET = "webhook_delivery_get",
    WEBHOOK_DELIVERY_LIST = "webhook_delivery_list",
    WEBHOOK_DELIVERY_OLDEST = "webhook_delivery_oldest",
    WEBHOOK_DELIVERY_PRUNE = "webhook_delivery_prune",
    WEBHOOK_DISABLE = "webhook_disable",
    WEBHOOK_ENABLED = "webhook_enabled",
    WEBHOOK_FAILING = "webhook_failing",
    WEBHOOK_GET = "webhook_get",
    WEBHOOK_INSERT = "webhook_insert",
    WEBHOOK_LIST = "webhook_list",
    WEBHOOK_PLACE_BEGIN = "webhook_place_begin",
    WEBHOOK_PLACE_GET = "webhook_place_get",
    WEBHOOK_PLACE_MOVE = "webhook_place_move",
    WEBHOOK_ROTATE = "webhook_rotate",
    WORKSPACE_ENSURE = "workspace_ensure",
    WORKSPACE_GET = "workspace_get",
    WORKSPACE_HOLD = "workspace_hold",
}

/// A statement that must differ between the databases; each file says why.
macro_rules! differing {
    ($($module:ident, $list:ident, $folder:literal { $($constant:ident = $file:literal,)+ })+) => {
        $(
            pub(crate) mod $module {
                $(pub(crate) const $constant: &str = include_str!(concat!("sql/", $folder, "/", $file, ".sql"));)+
            }
            /// Name and text of every statement that runs on this database only.
            pub const $list: &[(&str, &str)] = &[$(($file, $module::$constant),)+];
        )+
    };
}

differing! {
    sqlite, SQLITE_ONLY, "sqlite" {
        EVENT_HEAD = "event_head",
        EVENT_INSERT = "event_insert",
        EVENT_LIST = "event_list",
        EVENT_SIZES = "event_sizes",
        EVENT_TAIL = "event_tail",
        EVENT_TRIM = "event_trim",
        TIMER_DUE = "timer_due",
        WEBHOOK_DELIVERY_DUE = "webhook_delivery_due",
    }
    postgres, POSTGRES_ONLY, "postgres" {
        ANALYZE = "analyze",
        CONTACT_LOCK = "contact_lock_many",
        CONTACT_SHARE = "contact_share_many",
        CONVERSATION_LOCK = "conversation_lock_many",
        EVENT_HEAD = "event_head",
        EVENT_HORIZON = "event_horizon",
        EVENT_INSERT = "event_insert",
        EVENT_LIST = "event_list",
        EVENT_MEND = "event_mend",
        EVENT_MEND_TRIMMED = "event_mend_trimmed",
        EVENT_SIZES = "event_sizes",
        EVENT_TAIL = "event_tail",
        EVENT_TRIM = "event_trim",
        NOTIFY = "notify",
        NOTIFY_WHISPER = "notify_whisper",
        RUN_CLAIM = "run_claim",
        RUN_RENEW = "run_renew",
        RUN_UNLEASE = "run_unlease",
        RUN_UNLEASE_ODD = "run_unlease_odd",
        TIMER_CLAIM = "timer_claim",
        WEBHOOK_DELIVERY_CLAIM = "webhook_delivery_claim",
    }
}

/// What a column of a set holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// Bytes.
    Bytes,
}

/// A statement about many rows at once. How it takes them differs, so there is a text for each way: one column after the
/// other as arrays on PostgreSQL, one row after the other where SQLite's writer asks, and as JSON with an array for each
/// row where SQLite is read, because there every statement is a hand-over to the connection's thread. What changes rows
/// on SQLite says `OR FAIL`: an error undoes the whole group anyway, so no statement has to be able to undo itself,
/// which would cost a copy of every page it changes.
#[derive(Debug)]
pub(crate) struct SetStatement {
    /// The text for SQLite's writer; its parameters are the columns of one row. None for what only readers ask.
    pub(crate) by_row: Option<&'static str>,
    /// Where `by_row` changes rows and what it left is wanted: the text that asks for it, with the same parameters.
    pub(crate) after: Option<&'static str>,
    /// The text for reading SQLite; its one parameter is the set. None for what only the writer asks.
    pub(crate) by_set: Option<&'static str>,
    /// The text for PostgreSQL; its parameters are the columns.
    pub(crate) postgres: &'static str,
    /// The columns of the set.
    pub(crate) columns: &'static [Column],
}

/// The text of a file for SQLite.
macro_rules! lite {
    ($file:literal) => {
        include_str!(concat!("sql/sqlite/", $file, ".sql"))
    };
}

/// Makes a [`SetStatement`] of each pair of files and lists them.
macro_rules! sets {
    (
        written { $($written:ident = $wfile:literal [$($wcolumn:ident),+],)+ }
        changed { $($changed:ident = $cfile:literal $after:literal [$($ccolumn:ident),+],)+ }
        read { $($read:ident = $rfile:literal [$($rcolumn:ident),+],)+ }
        both { $($both:ident = $bfile:literal $each:literal [$($bcolumn:ident),+],)+ }
    ) => {
        pub(crate) mod many {
            use super::{Column, SetStatement};
            $(pub(crate) static $written: SetStatement = SetStatement {
                by_row: Some(lite!($wfile)),
                after: None,
                by_set: None,
                postgres: include_str!(concat!("sql/postgres/", $wfile, ".sql")),
                columns: &[$(Column::$wcolumn),+],
            };)+
            $(pub(crate) static $changed: SetStatement = SetStatement {
                by_row: Some(lite!($cfile)),
                after: Some(lite!($after)),
                by_set: None,
                postgres: include_str!(concat!("sql/postgres/", $cfile, ".sql")),
                columns: &[$(Column::$ccolumn),+],
            };)+
            $(pub(crate) static $read: SetStatement = SetStatement {
                by_row: None,
                after: None,
                by_set: Some(lite!($rfile)),
                postgres: include_str!(concat!("sql/postgres/", $rfile, ".sql")),
                columns: &[$(Column::$rcolumn),+],
            };)+
            $(pub(crate) static $both: SetStatement = SetStatement {
                by_row: Some(lite!($each)),
                after: None,
                by_set: Some(lite!($bfile)),
                postgres: include_str!(concat!("sql/postgres/", $bfile, ".sql")),
                columns: &[$(Column::$bcolumn),+],
            };)+
        }
        /// Name, text for SQLite and text for PostgreSQL of every statement about many rows.
        pub const SETS: &[(&str, &str, &str)] = &[
            $(($wfile, lite!($wfile), many::$written.postgres),)+
            $(($cfile, lite!($cfile), many::$changed.postgres),)+
            $(($rfile, lite!($rfile), many::$read.postgres),)+
            $(($bfile, lite!($bfile), many::$both.postgres),)+
        ];
        /// Name and text of what only SQLite's writer asks beside.
        pub const EACH: &[(&str, &str)] = &[$(($each, lite!($each)),)+ $(($after, lite!($after)),)+];
    };
}

sets! {
    written {
        RAW_EVENT_SEEN = "raw_event_seen_many" [Int, Text, Text, Text],
        CONTACT_BY_ADDRESS = "contact_by_address_many" [Int, Text, Text, Text],
        CONTACT_INSERT = "contact_insert_many" [Text, Text, Text, Text, Int],
        CONVERSATION_OPEN = "conversation_open_many" [Int, Text, Text, Text],
        CONVERSATION_INSERT = "conversation_insert_many" [Text, Text, Text, Text, Text, Text, Int],
        MESSAGE_INSERT = "message_insert_many" [Text, Text, Text, Int, Text, Text, Text, Bool, Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Int, Int],
        MESSAGE_REF_INSERT = "message_ref_insert_many" [Text, Text, Text, Text],
        UNREAD_ADD = "unread_add_many" [Text, Text, Text, Int],
        UNREAD_MOVE = "unread_move_many" [Text, Text, Int],
        TIMELINE_INSERT = "timeline_insert_many" [Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Int],
        RUN_SUPERSEDE = "run_supersede_many" [Text, Text, Int],
        SEND_FENCE = "send_fence_many" [Int, Text, Text, Text],
        CONVERSATION_UNCHANGED = "conversation_unchanged_many" [Int, Text, Text, Int],
        LIMIT_ADD = "limit_add_many" [Text, Text, Text, Int, Int],
        STEP_INSERT = "step_insert_many" [Text, Text, Text, Int, Text, Int],
        MESSAGE_CLASSIFIED = "message_classified_many" [Text, Text, Text, Int, Int, Text, Text],
        DRAFT_INSERT = "draft_insert_many" [Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Int, Int],
        DRAFT_VERSION_INSERT = "draft_version_insert_many" [Text, Text, Int, Text, Text, Text, Text, Int],
        DRAFT_STATUS = "draft_status_many" [Text, Text, Text, Int],
        DECISION_INSERT = "decision_insert_many" [Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Int, Int, Text, Int, Int],
        APPROVAL_INSERT = "approval_insert_many" [Text, Text, Text, Text, Text, Text, Text, Int, Text, Int, Int, Text, Int, Text, Int],
        EFFECT_INSERT = "effect_insert_many" [Text, Text, Text, Text, Text, Text, Text, Bool, Int, Text],
        EFFECT_START = "effect_start_many" [Text, Text, Text, Int],
        EFFECT_FINISH = "effect_finish_many" [Text, Text, Text, Text, Text, Int],
        MESSAGE_STATUS = "message_status_many" [Text, Text, Text],
        CONVERSATION_ROUTE = "conversation_route_many" [Text, Text, Text, Text, Text, Int],
        REQUIRES_ACTION_ADD = "requires_action_add_many" [Text, Text, Text, Int],
        CONVERSATION_FLAG_ACTION = "conversation_flag_action_many" [Text, Text],
        WEBHOOK_DELIVERY_INSERT = "webhook_delivery_insert_many" [Text, Text, Text, Text, Text, Text, Int],
    }
    changed {
        RAW_EVENT_INSERT = "raw_event_insert_many" "raw_event_insert_after" [Text, Text, Text, Text, Text, Text, Bytes, Text, Text, Int],
        CONTACT_ADDRESS_INSERT = "contact_address_insert_many" "contact_address_insert_after" [Text, Text, Text, Text],
        RUN_INSERT = "run_insert_many" "run_insert_after" [Text, Text, Text, Text, Int, Int, Text, Int],
        RUN_ADVANCE = "run_advance_many" "run_advance_after" [Text, Text, Int, Int, Text, Int, Bool, Int, Int, Text, Text, Text, Text, Bool, Int],
        CONTACT_TOUCH = "contact_touch_many" "contact_touch_after" [Text, Text, Text],
        CONVERSATION_TOUCH_INBOUND = "conversation_touch_inbound_many" "conversation_touch_inbound_after" [Text, Text, Text, Int],
        CONVERSATION_TOUCH_OUTBOUND = "conversation_touch_outbound_many" "conversation_touch_outbound_after" [Text, Text, Text, Int, Int, Bool, Text, Text, Text, Int, Text],
    }
    read {
        DRAFT_VERSION_GET = "draft_version_get_many" [Text, Text, Int],
        RUN_GET = "run_get_many" [Text, Text],
        MESSAGE_GET = "message_get_many" [Text, Text],
        CONVERSATION_GET = "conversation_get_many" [Text, Text],
        CONTACT_GET = "contact_get_many" [Text, Text],
        DRAFT_GET = "draft_get_many" [Text, Text],
        EFFECT_OF_RUN = "effect_of_run_many" [Text, Text],
        STEP_GET = "step_get_many" [Text, Text, Text],
        MESSAGE_NEWER_INBOUND = "message_newer_inbound_many" [Text, Text, Text, Int],
    }
    both {
        CONVERSATION_BY_REF = "conversation_by_ref_many" "conversation_by_ref_each" [Int, Int, Text, Text],
        LIMIT_GET = "limit_get_many" "limit_get_each" [Int, Text, Text, Text, Int],
        CHANNEL_GET = "channel_get_many" "channel_get_each" [Text, Text],
        CONTACT_SEGMENTS = "contact_segments_many" "contact_segments_each" [Text, Text],
    }
}
