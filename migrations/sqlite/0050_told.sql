-- What other programs tell of contacts, and what channels need to be changed, renewed and given up.

-- What was told from outside, once by its source and its own name there: `name_sha256` is over both, so that no words are kept.
CREATE TABLE timeline_event (
    workspace_id    TEXT NOT NULL,
    name_sha256     TEXT NOT NULL,
    timeline_id     TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, name_sha256),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX timeline_event_of_conversation ON timeline_event (workspace_id, conversation_id);

-- `version` counts changes. The secret before the last one is believed for a day after `rotated_at`. A channel that was given
-- up (`deleted_at`) stays for what refers to it; nothing comes in or goes out by it.
ALTER TABLE channel ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE channel ADD COLUMN rotated_at INTEGER;
ALTER TABLE channel ADD COLUMN deleted_at INTEGER;

-- What people set for themselves, as JSON; where there is no row, nothing was set. `rep.version` counts its changes, too.
CREATE TABLE rep_setting (
    workspace_id TEXT NOT NULL,
    rep_id       TEXT NOT NULL,
    settings     TEXT NOT NULL,
    changed_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, rep_id),
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
