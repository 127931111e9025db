-- The whole first schema. The twin in the other folder holds the same tables and columns; a test compares them.
-- Times are UTC milliseconds. Ids are prefixed text. Every table carries its workspace.

CREATE TABLE workspace (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- People inside. `role` is one of the five fixed roles, each including those before it.
CREATE TABLE rep (
    workspace_id TEXT NOT NULL REFERENCES workspace (id),
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    email        TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'closer', 'approver', 'manager', 'owner')),
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, email)
);

-- Bearer keys; only the SHA-256 of a key is kept.
CREATE TABLE api_key (
    workspace_id TEXT NOT NULL,
    id           TEXT NOT NULL,
    rep_id       TEXT NOT NULL,
    name         TEXT NOT NULL,
    key_sha256   TEXT NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    revoked_at   BIGINT,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id)
);

-- One connected account. The signing secret is derived from the server's key and `secret_version`, never stored.
CREATE TABLE channel (
    workspace_id   TEXT NOT NULL REFERENCES workspace (id),
    id             TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('email', 'sms', 'whatsapp', 'chat', 'voice')),
    name           TEXT NOT NULL,
    address        TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
    email_warmup   BOOLEAN NOT NULL,
    secret_version BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
-- A channel id stands in inbound addresses, where no workspace is known yet.
CREATE UNIQUE INDEX channel_by_id ON channel (id);
CREATE INDEX channel_by_kind ON channel (workspace_id, kind, created_at, id);

CREATE TABLE contact (
    workspace_id    TEXT NOT NULL REFERENCES workspace (id),
    id              TEXT NOT NULL,
    name            TEXT,
    company         TEXT,
    opted_out_at    BIGINT,
    ai_paused       BOOLEAN NOT NULL,
    ai_pause_reason TEXT,
    ai_paused_by    TEXT,
    ai_paused_at    BIGINT,
    ai_paused_until BIGINT,
    inbound_count   BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) WITH (fillfactor = 80);

-- Normalised addresses. `kind` is email, phone or chat: SMS, WhatsApp and voice share the phone.
CREATE TABLE contact_address (
    workspace_id TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('email', 'phone', 'chat')),
    address      TEXT NOT NULL,
    contact_id   TEXT NOT NULL,
    PRIMARY KEY (workspace_id, kind, address),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id)
);
CREATE INDEX contact_address_by_contact ON contact_address (workspace_id, contact_id, kind, address);

CREATE TABLE contact_segment (
    workspace_id TEXT NOT NULL,
    contact_id   TEXT NOT NULL,
    segment      TEXT NOT NULL,
    PRIMARY KEY (workspace_id, contact_id, segment),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id)
);

-- `revision` counts the messages of the conversation: what a draft or an approval was based on.
CREATE TABLE conversation (
    workspace_id     TEXT NOT NULL,
    id               TEXT NOT NULL,
    channel_id       TEXT NOT NULL,
    channel_kind     TEXT NOT NULL,
    contact_id       TEXT NOT NULL,
    subject          TEXT,
    status           TEXT NOT NULL CHECK (status IN ('open', 'snoozed', 'closed')),
    preview          TEXT NOT NULL,
    revision         BIGINT NOT NULL,
    ai_turns         BIGINT NOT NULL,
    human_active     BOOLEAN NOT NULL,
    requires_action  BOOLEAN NOT NULL,
    team             TEXT,
    person           TEXT,
    priority         TEXT,
    sla_at           BIGINT,
    last_inbound_at  BIGINT,
    last_activity_at BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    version          BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id)
) WITH (fillfactor = 75);
CREATE INDEX conversation_recent ON conversation (workspace_id, last_activity_at, id);
CREATE INDEX conversation_recent_by_channel ON conversation (workspace_id, channel_kind, last_activity_at, id);
CREATE INDEX conversation_action ON conversation (workspace_id, last_activity_at, id) WHERE requires_action;
CREATE INDEX conversation_action_by_channel ON conversation (workspace_id, channel_kind, last_activity_at, id)
    WHERE requires_action;
CREATE INDEX conversation_of_contact ON conversation (workspace_id, contact_id, channel_id, last_activity_at, id);

-- Why a conversation needs a person. `conversation.requires_action` is true while any row is left.
CREATE TABLE requires_action (
    workspace_id    TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    reason          TEXT NOT NULL,
    since           BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, reason),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id)
);

-- New inbound that a rep has not viewed: a row per rep and conversation, gone when read.
CREATE TABLE unread (
    workspace_id     TEXT NOT NULL,
    rep_id           TEXT NOT NULL,
    conversation_id  TEXT NOT NULL,
    channel_kind     TEXT NOT NULL,
    messages         BIGINT NOT NULL,
    last_activity_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, rep_id),
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id)
) WITH (fillfactor = 75);
CREATE INDEX unread_recent ON unread (workspace_id, rep_id, last_activity_at, conversation_id);
CREATE INDEX unread_recent_by_channel ON unread (workspace_id, rep_id, channel_kind, last_activity_at, conversation_id);

-- What a channel handed over, byte for byte, before anything was made of it, and the message that was made of it.
CREATE TABLE raw_event (
    workspace_id TEXT NOT NULL,
    id           TEXT NOT NULL,
    channel_id   TEXT NOT NULL,
    dedupe_key   TEXT NOT NULL,
    content_type TEXT NOT NULL,
    source       TEXT NOT NULL,
    bytes        BYTEA NOT NULL,
    warnings     TEXT NOT NULL,
    message_id   TEXT NOT NULL,
    received_at  BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, channel_id, dedupe_key),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id)
);

CREATE TABLE message (
    workspace_id    TEXT NOT NULL,
    id              TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    seq             BIGINT NOT NULL,
    direction       TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    channel_kind    TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('message', 'auto_reply', 'bounce', 'complaint', 'unparsable')),
    automated       BOOLEAN NOT NULL,
    author_kind     TEXT NOT NULL CHECK (author_kind IN ('contact', 'ai_agent', 'rep', 'system')),
    author_id       TEXT,
    author_name     TEXT,
    from_address    TEXT NOT NULL,
    to_address      TEXT NOT NULL,
    subject         TEXT,
    body_text       TEXT NOT NULL,
    full_text       TEXT NOT NULL,
    body_html       TEXT,
    attachments     TEXT NOT NULL,
    external_id     TEXT,
    reply_refs      TEXT NOT NULL,
    language        TEXT,
    intent          TEXT,
    confidence      BIGINT,
    margin          BIGINT,
    classifier      TEXT,
    status          TEXT NOT NULL,
    raw_event_id    TEXT,
    draft_id        TEXT,
    occurred_at     BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, conversation_id, seq),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id),
    FOREIGN KEY (workspace_id, raw_event_id) REFERENCES raw_event (workspace_id, id)
) WITH (fillfactor = 85);

-- Message ids seen or minted, for threading. The first message to use an id keeps it.
CREATE TABLE message_ref (
    workspace_id    TEXT NOT NULL,
    external_id     TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    message_id      TEXT NOT NULL,
    PRIMARY KEY (workspace_id, external_id),
    FOREIGN KEY (workspace_id, message_id) REFERENCES message (workspace_id, id)
);

-- One run of the AI per inbound message, and one per reply of a rep. `ready_at` is when the engine must look again; null means never by itself.
CREATE TABLE run (
    workspace_id    TEXT NOT NULL,
    id              TEXT NOT NULL,
    message_id      TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    seq             BIGINT NOT NULL,
    stage           TEXT NOT NULL CHECK (stage IN ('received', 'classified', 'drafted', 'gated', 'waiting_approval',
                        'held', 'scheduled', 'sending', 'sent', 'failed', 'closed')),
    version         BIGINT NOT NULL,
    attempt         BIGINT NOT NULL,
    approved        BOOLEAN NOT NULL,
    held_since      BIGINT,
    ready_at        BIGINT,
    closed_reason   TEXT,
    last_error      TEXT,
    draft_id        TEXT,
    decision_id     TEXT,
    lease_owner     TEXT,
    lease_until     BIGINT,
    epoch           BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, message_id) REFERENCES message (workspace_id, id),
    CHECK ((stage = 'closed') = (closed_reason IS NOT NULL)),
    CHECK (ready_at IS NULL OR stage NOT IN ('sent', 'failed', 'closed'))
) WITH (fillfactor = 70);
CREATE INDEX run_due ON run (ready_at, id) WHERE ready_at IS NOT NULL;
CREATE INDEX run_of_conversation ON run (workspace_id, conversation_id, seq)
    WHERE stage NOT IN ('sent', 'failed', 'closed');
CREATE INDEX run_leased ON run (lease_owner, id) WHERE lease_owner IS NOT NULL;

-- What a step produced; append only.
CREATE TABLE step (
    workspace_id TEXT NOT NULL,
    run_id       TEXT NOT NULL,
    step         TEXT NOT NULL,
    revision     BIGINT NOT NULL,
    output       TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, run_id, step, revision),
    FOREIGN KEY (workspace_id, run_id) REFERENCES run (workspace_id, id)
);

-- Every file of a policy, by digest; what decisions refer to.
CREATE TABLE policy_version (
    workspace_id TEXT NOT NULL REFERENCES workspace (id),
    digest       TEXT NOT NULL,
    name         TEXT NOT NULL,
    root         TEXT NOT NULL,
    files        TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, digest)
);

CREATE TABLE policy_active (
    workspace_id TEXT NOT NULL PRIMARY KEY,
    digest       TEXT NOT NULL,
    activated_at BIGINT NOT NULL,
    activated_by TEXT NOT NULL,
    FOREIGN KEY (workspace_id, digest) REFERENCES policy_version (workspace_id, digest)
);

-- One gate decision: the facts and the whole verdict are in `record`, enough to decide again.
CREATE TABLE decision (
    workspace_id    TEXT NOT NULL,
    id              TEXT NOT NULL,
    run_id          TEXT NOT NULL,
    message_id      TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    draft_id        TEXT,
    gate            TEXT NOT NULL CHECK (gate IN ('draft', 'approved', 'release', 'send')),
    policy_digest   TEXT NOT NULL,
    outcome         TEXT NOT NULL CHECK (outcome IN ('send', 'hold', 'approval', 'off', 'escalate')),
    rule            TEXT NOT NULL,
    rule_file       TEXT NOT NULL,
    rule_line       BIGINT NOT NULL,
    rule_column     BIGINT NOT NULL,
    record          TEXT NOT NULL,
    took_us         BIGINT NOT NULL,
    decided_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, run_id) REFERENCES run (workspace_id, id),
    FOREIGN KEY (workspace_id, policy_digest) REFERENCES policy_version (workspace_id, digest)
);
CREATE INDEX decision_of_message ON decision (workspace_id, message_id, decided_at, id);
CREATE INDEX decision_recent ON decision (workspace_id, decided_at, id);

CREATE TABLE draft (
    workspace_id    TEXT NOT NULL,
    id              TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    message_id      TEXT NOT NULL,
    run_id          TEXT NOT NULL,
    author_kind     TEXT NOT NULL CHECK (author_kind IN ('ai_agent', 'rep')),
    status          TEXT NOT NULL CHECK (status IN ('open', 'pending_approval', 'approved', 'scheduled', 'sent',
                        'rejected', 'superseded', 'discarded', 'failed')),
    version         BIGINT NOT NULL,
    subject         TEXT,
    body_text       TEXT NOT NULL,
    content_sha256  TEXT NOT NULL,
    source          TEXT NOT NULL,
    base_revision   BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, run_id) REFERENCES run (workspace_id, id)
) WITH (fillfactor = 80);
CREATE INDEX draft_of_conversation ON draft (workspace_id, conversation_id, created_at, id);

-- Each text a draft has had; version 1 is what the AI wrote.
CREATE TABLE draft_version (
    workspace_id   TEXT NOT NULL,
    draft_id       TEXT NOT NULL,
    version        BIGINT NOT NULL,
    author         TEXT NOT NULL,
    subject        TEXT,
    body_text      TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, draft_id, version),
    FOREIGN KEY (workspace_id, draft_id) REFERENCES draft (workspace_id, id)
);

CREATE TABLE approval (
    workspace_id    TEXT NOT NULL,
    id              TEXT NOT NULL,
    run_id          TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    draft_id        TEXT NOT NULL,
    decision_id     TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'expired', 'withdrawn')),
    team            TEXT,
    expires_at      BIGINT,
    expire_to       TEXT NOT NULL,
    decided_by      TEXT,
    decided_at      BIGINT,
    draft_version   BIGINT,
    reason          TEXT,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, run_id) REFERENCES run (workspace_id, id),
    FOREIGN KEY (workspace_id, draft_id) REFERENCES draft (workspace_id, id)
);
CREATE INDEX approval_by_state ON approval (workspace_id, state, created_at, id);
CREATE UNIQUE INDEX approval_pending ON approval (workspace_id, run_id) WHERE state = 'pending';

-- The outbox: at most one effect per run may ever reach a provider.
CREATE TABLE effect (
    workspace_id    TEXT NOT NULL,
    id              TEXT NOT NULL,
    run_id          TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    message_id      TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    state           TEXT NOT NULL CHECK (state IN ('pending', 'in_flight', 'sent', 'failed', 'cancelled', 'in_doubt')),
    payload         TEXT NOT NULL,
    automatic       BOOLEAN NOT NULL,
    attempt         BIGINT NOT NULL,
    boot            TEXT,
    provider_ref    TEXT,
    last_error      TEXT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, run_id) REFERENCES run (workspace_id, id)
) WITH (fillfactor = 75);
CREATE INDEX effect_of_run ON effect (workspace_id, run_id, created_at, id);

-- Internal notes: their own table, so that no mistake of an id can send one.
CREATE TABLE note (
    workspace_id    TEXT NOT NULL,
    id              TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    author_id       TEXT NOT NULL,
    author_name     TEXT NOT NULL,
    body_text       TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id),
    FOREIGN KEY (workspace_id, author_id) REFERENCES rep (workspace_id, id)
);
CREATE INDEX note_of_conversation ON note (workspace_id, conversation_id, created_at, id);

-- What people read; append only.
CREATE TABLE timeline (
    workspace_id    TEXT NOT NULL,
    id              TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    contact_id      TEXT NOT NULL,
    kind            TEXT NOT NULL,
    actor_kind      TEXT NOT NULL CHECK (actor_kind IN ('contact', 'ai_agent', 'rep', 'system')),
    actor_name      TEXT,
    summary         TEXT NOT NULL,
    refers_to       TEXT,
    data            TEXT NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, at, id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id)
);

-- Automatic sends counted per limit, subject and bucket of time.
CREATE TABLE limit_count (
    workspace_id TEXT NOT NULL,
    limit_name   TEXT NOT NULL,
    subject      TEXT NOT NULL,
    bucket_start BIGINT NOT NULL,
    sent         BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, limit_name, subject, bucket_start)
) WITH (fillfactor = 50);

-- Switches that people flip at run time: those a policy declares, and the engine's own `kill_switch`.
CREATE TABLE switch (
    workspace_id TEXT NOT NULL REFERENCES workspace (id),
    name         TEXT NOT NULL,
    is_on        BOOLEAN NOT NULL,
    reason       TEXT NOT NULL,
    changed_by   TEXT NOT NULL,
    changed_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

-- Requests to inbound addresses that were turned away: counted, never kept.
CREATE TABLE rejected_inbound (
    reason TEXT NOT NULL,
    day    BIGINT NOT NULL,
    times  BIGINT NOT NULL,
    PRIMARY KEY (reason, day)
);
