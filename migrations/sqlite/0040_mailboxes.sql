-- Mailboxes that are read: up to where, and how that went.

CREATE TABLE mailbox (
    workspace_id TEXT NOT NULL,
    channel_id   TEXT NOT NULL,
    -- Name and folder: another one is read from its own beginning.
    place        TEXT NOT NULL,
    uid_validity INTEGER NOT NULL,
    last_uid     INTEGER NOT NULL,
    -- What came into the folder before is left alone.
    since        INTEGER NOT NULL,
    worked_at    INTEGER,
    failed_at    INTEGER,
    failed_why   TEXT,
    PRIMARY KEY (workspace_id, channel_id),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
