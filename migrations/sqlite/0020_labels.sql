-- What people found about the classifier's answers, and what that proves.

-- One word on one answer: the weightiest so far. `model` and `policy_digest` say whose answer it was.
CREATE TABLE label (
    workspace_id  TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    policy_digest TEXT NOT NULL,
    model         TEXT NOT NULL,
    intent        TEXT NOT NULL,
    confidence    INTEGER NOT NULL,
    right_intent  TEXT,
    wrong         INTEGER NOT NULL,
    source        TEXT NOT NULL CHECK (source IN ('approval', 'edit', 'reject', 'correction', 'audit')),
    by_id         TEXT NOT NULL,
    by_name       TEXT NOT NULL,
    labelled_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, message_id, policy_digest, model),
    FOREIGN KEY (workspace_id, message_id) REFERENCES message (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX label_of_intent ON label (workspace_id, labelled_at, message_id) WHERE right_intent IS NOT NULL;

-- The same, counted: at most one row for each intent and thousandth of confidence, however many labels there are.
CREATE TABLE label_count (
    workspace_id  TEXT NOT NULL,
    policy_digest TEXT NOT NULL,
    model         TEXT NOT NULL,
    intent        TEXT NOT NULL,
    confidence    INTEGER NOT NULL,
    labelled      INTEGER NOT NULL,
    wrong         INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, policy_digest, model, intent, confidence)
) STRICT;

-- What was asked to be proved, and what came of it. Another policy or another model has rows of its own.
CREATE TABLE certificate (
    workspace_id    TEXT NOT NULL,
    policy_digest   TEXT NOT NULL,
    model           TEXT NOT NULL,
    name            TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('refused', 'granted', 'revoked')),
    asked           INTEGER NOT NULL,
    from_confidence INTEGER NOT NULL,
    sent            INTEGER NOT NULL,
    wrong           INTEGER NOT NULL,
    bound           INTEGER NOT NULL,
    share           INTEGER NOT NULL,
    audited         INTEGER NOT NULL,
    audited_wrong   INTEGER NOT NULL,
    reason          TEXT NOT NULL,
    by_name         TEXT NOT NULL,
    decided_at      INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, policy_digest, model, name)
) STRICT;

-- Answers that left on their own and were drawn to be looked at by somebody who does not see what the AI took them for.
CREATE TABLE spot_check (
    workspace_id  TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    policy_digest TEXT NOT NULL,
    model         TEXT NOT NULL,
    certificates  TEXT NOT NULL,
    drawn_at      INTEGER NOT NULL,
    done_at       INTEGER,
    PRIMARY KEY (workspace_id, message_id),
    FOREIGN KEY (workspace_id, message_id) REFERENCES message (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX spot_check_open ON spot_check (workspace_id, drawn_at, message_id) WHERE done_at IS NULL;
