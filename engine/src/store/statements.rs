//! Every SQL statement of the engine, one file each, listed so that a test can prepare all of them on both databases.
//!
//! To add one: write `sql/table_verb.sql` (first line a comment with purpose and parameters), add it to the list below,
//! use the constant with `on!`. Portable subset: `$N` parameters, time is bound and never read from the
//! database, no JSON operators, no arrays, `CAST(SUM(x) AS BIGINT)`, counts and limits are `i64`.

/// Makes a constant of each file and a list of them all.
macro_rules! statements {
    ($($constant:ident = $file:literal,)+) => {
        $(pub(crate) const $constant: &str = include_str!(concat!("sql/", $file, ".sql"));)+
        /// Name and text of every statement that runs on both databases.
        pub const PORTABLE: &[(&str, &str)] = &[$(($file, $constant),)+];
    };
}

statements! {
    API_KEY_INSERT = "api_key_insert",
    API_KEY_REVOKE = "api_key_revoke",
    APPROVAL_CLAIM = "approval_claim",
    APPROVAL_DECIDE = "approval_decide",
    APPROVAL_GET = "approval_get",
    APPROVAL_INSERT = "approval_insert",
    APPROVAL_LIST = "approval_list",
    APPROVAL_PENDING_OF_RUN = "approval_pending_of_run",
    APPROVAL_REMINDED = "approval_reminded",
    APPROVAL_VOTE_INSERT = "approval_vote_insert",
    APPROVAL_VOTES = "approval_votes",
    CHANNEL_BY_ID = "channel_by_id",
    CHANNEL_FIRST_OF_KIND = "channel_first_of_kind",
    CHANNEL_INSERT = "channel_insert",
    CHANNEL_LIST = "channel_list",
    CHANNEL_SET_STATUS = "channel_set_status",
    CHANNEL_WARMUP = "channel_warmup",
    CONTACT_ADDRESS_INSERT = "contact_address_insert",
    CONTACT_ADDRESSES = "contact_addresses",
    CONTACT_BY_ADDRESS = "contact_by_address",
    CONTACT_GET = "contact_get",
    CONTACT_INSERT = "contact_insert",
    CONTACT_OPT_OUT = "contact_opt_out",
    CONTACT_PAUSE = "contact_pause",
    CONTACT_RESUME = "contact_resume",
    CONTACT_SEGMENT_ADD = "contact_segment_add",
    CONTACT_SEGMENTS = "contact_segments",
    CONTACT_SET_COMPANY = "contact_set_company",
    CONTACT_TOUCH = "contact_touch",
    CONVERSATION_BY_REF = "conversation_by_ref",
    CONVERSATION_FLAG_ACTION = "conversation_flag_action",
    CONVERSATION_GET = "conversation_get",
    CONVERSATION_HUMAN = "conversation_human",
    CONVERSATION_INSERT = "conversation_insert",
    CONVERSATION_LIST = "conversation_list",
    CONVERSATION_LIST_ACTION = "conversation_list_action",
    CONVERSATION_LIST_ACTION_CHANNEL = "conversation_list_action_channel",
    CONVERSATION_LIST_CHANNEL = "conversation_list_channel",
    CONVERSATION_LIST_UNREAD = "conversation_list_unread",
    CONVERSATION_LIST_UNREAD_ACTION = "conversation_list_unread_action",
    CONVERSATION_LIST_UNREAD_ACTION_CHANNEL = "conversation_list_unread_action_channel",
    CONVERSATION_LIST_UNREAD_CHANNEL = "conversation_list_unread_channel",
    CONVERSATION_OF_CONTACT = "conversation_of_contact",
    CONVERSATION_OPEN_OF_CONTACT = "conversation_open_of_contact",
    CONVERSATION_ROUTE = "conversation_route",
    CONVERSATION_SLA_MET = "conversation_sla_met",
    CONVERSATION_STATUS = "conversation_status",
    CONVERSATION_TOUCH_INBOUND = "conversation_touch_inbound",
    CONVERSATION_TOUCH_OUTBOUND = "conversation_touch_outbound",
    DECISION_AFTER = "decision_after",
    DECISION_GET = "decision_get",
    DECISION_INSERT = "decision_insert",
    DECISION_LIST = "decision_list",
    DECISION_OF_MESSAGE = "decision_of_message",
    DRAFT_EDIT = "draft_edit",
    DRAFT_GET = "draft_get",
    DRAFT_INSERT = "draft_insert",
    DRAFT_INSERT_REPLY = "draft_insert_reply",
    DRAFT_OF_CONVERSATION = "draft_of_conversation",
    DRAFT_STATUS = "draft_status",
    DRAFT_VERSION_INSERT = "draft_version_insert",
    DRAFT_VERSIONS = "draft_versions",
    EFFECT_CANCEL_OF_RUN = "effect_cancel_of_run",
    EFFECT_FINISH = "effect_finish",
    EFFECT_INSERT = "effect_insert",
    EFFECT_OF_RUN = "effect_of_run",
    EFFECT_START = "effect_start",
    LEDGER_BLOCK_INSERT = "ledger_block_insert",
    LEDGER_BLOCKS = "ledger_blocks",
    LEDGER_HEAD = "ledger_head",
    LIMIT_ADD = "limit_add",
    LIMIT_AHEAD = "limit_ahead",
    LIMIT_GET = "limit_get",
    LIMIT_LOCK = "limit_lock",
    LIMIT_WAIT_ADD = "limit_wait_add",
    LIMIT_WAIT_END = "limit_wait_end",
    MENTION_INSERT = "mention_insert",
    MENTION_OF_REP = "mention_of_rep",
    MESSAGE_CLASSIFIED = "message_classified",
    MESSAGE_GET = "message_get",
    MESSAGE_INSERT = "message_insert",
    MESSAGE_LATEST_INBOUND = "message_latest_inbound",
    MESSAGE_LIST = "message_list",
    MESSAGE_NEWER_INBOUND = "message_newer_inbound",
    MESSAGE_OF_RAW_EVENT = "message_of_raw_event",
    MESSAGE_REF_INSERT = "message_ref_insert",
    MESSAGE_STATUS = "message_status",
    NOTE_GET = "note_get",
    NOTE_INSERT = "note_insert",
    NOTE_LIST = "note_list",
    POLICY_ACTIVATE = "policy_activate",
    POLICY_ACTIVE_GET = "policy_active_get",
    POLICY_VERSION_GET = "policy_version_get",
    POLICY_VERSION_INSERT = "policy_version_insert",
    RAW_EVENT_BYTES = "raw_event_bytes",
    RAW_EVENT_INSERT = "raw_event_insert",
    REJECTED_ADD = "rejected_add",
    REJECTED_LIST = "rejected_list",
    REP_BY_EMAIL = "rep_by_email",
    REP_BY_KEY = "rep_by_key",
    REP_GET = "rep_get",
    REP_INSERT = "rep_insert",
    REP_LIST = "rep_list",
    REQUIRES_ACTION_ADD = "requires_action_add",
    REQUIRES_ACTION_CLEAR = "requires_action_clear",
    REQUIRES_ACTION_OF = "requires_action_of",
    REQUIRES_ACTION_REMOVE = "requires_action_remove",
    RUN_ADVANCE = "run_advance",
    RUN_DUE = "run_due",
    RUN_GET = "run_get",
    RUN_INSERT = "run_insert",
    RUN_INSERT_REPLY = "run_insert_reply",
    RUN_INSTRUCT = "run_instruct",
    RUN_LIVE_OF_CONTACT = "run_live_of_contact",
    RUN_NEXT_DUE = "run_next_due",
    RUN_QUEUED = "run_queued",
    RUN_SUPERSEDE = "run_supersede",
    RUN_WITHDRAW = "run_withdraw",
    STEP_GET = "step_get",
    STEP_INSERT = "step_insert",
    SWITCH_COUNT = "switch_count",
    SWITCH_LIST = "switch_list",
    SWITCH_SET = "switch_set",
    TIMELINE_INSERT = "timeline_insert",
    TIMELINE_LIST = "timeline_list",
    TIMER_CLEAR = "timer_clear",
    TIMER_COUNT_DUE = "timer_count_due",
    TIMER_FIRED = "timer_fired",
    TIMER_OF_KIND = "timer_of_kind",
    TIMER_SET = "timer_set",
    UNREAD_ADD = "unread_add",
    UNREAD_CLEAR = "unread_clear",
    UNREAD_MARK = "unread_mark",
    UNREAD_MOVE = "unread_move",
    WORKSPACE_ENSURE = "workspace_ensure",
    WORKSPACE_GET = "workspace_get",
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
        SEND_FENCE = "send_fence",
        TIMER_DUE = "timer_due",
    }
    postgres, POSTGRES_ONLY, "postgres" {
        ANALYZE = "analyze",
        NOTIFY = "notify",
        RUN_CLAIM = "run_claim",
        RUN_RENEW = "run_renew",
        RUN_UNLEASE = "run_unlease",
        SEND_FENCE = "send_fence",
        TIMER_CLAIM = "timer_claim",
    }
}
