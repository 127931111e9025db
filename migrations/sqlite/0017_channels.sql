-- Channels that are spoken with providers: the account, what providers told, and how far messages have got.

-- Which provider a channel is spoken with; none takes signed JSON and mails. `settings` is JSON, `secrets` is sealed.
ALTER TABLE channel ADD COLUMN provider TEXT;
ALTER TABLE channel ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE channel ADD COLUMN secrets TEXT NOT NULL DEFAULT '';

-- Addresses that must not be written to, as JSON: `[{channel, address, reason, at}]`.
ALTER TABLE contact ADD COLUMN suppressed TEXT NOT NULL DEFAULT '[]';

-- Requests of providers that told more than messages, byte for byte; those that brought messages are raw events.
CREATE TABLE provider_request (
    workspace_id TEXT NOT NULL,
    channel_id   TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    content_type TEXT NOT NULL,
    url          TEXT NOT NULL,
    bytes        BLOB NOT NULL,
    received_at  INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, channel_id, sha256),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- What providers told; append only. `message_id` is the message it is about, once that is known.
CREATE TABLE provider_event (
    workspace_id TEXT NOT NULL,
    id           TEXT NOT NULL,
    channel_id   TEXT NOT NULL,
    event_key    TEXT NOT NULL,
    kind         TEXT NOT NULL,
    message_id   TEXT,
    word         TEXT NOT NULL,
    meaning      TEXT NOT NULL,
    cause        TEXT,
    recipient    TEXT,
    data         TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    occurred_at  INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, channel_id, event_key),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX provider_event_of_message ON provider_event (workspace_id, message_id, occurred_at, id)
    WHERE message_id IS NOT NULL;
CREATE INDEX provider_event_recent ON provider_event (workspace_id, channel_id, received_at, id);

-- Events about messages that we do not know by these names yet: the answer to a send may come later than its callback.
CREATE TABLE provider_parked (
    workspace_id TEXT NOT NULL,
    channel_id   TEXT NOT NULL,
    name         TEXT NOT NULL,
    event_id     TEXT NOT NULL,
    PRIMARY KEY (workspace_id, channel_id, name, event_id),
    FOREIGN KEY (workspace_id, event_id) REFERENCES provider_event (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX provider_parked_event ON provider_parked (workspace_id, event_id);

-- How far a message has got. Every number only rises, so that the order of callbacks cannot matter.
CREATE TABLE delivery (
    workspace_id  TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    progress      INTEGER NOT NULL,
    arrived_at    INTEGER NOT NULL,
    failed_at     INTEGER NOT NULL,
    soft_at       INTEGER NOT NULL,
    expired_at    INTEGER NOT NULL,
    cancelled_at  INTEGER NOT NULL,
    hard_at       INTEGER NOT NULL,
    complained_at INTEGER NOT NULL,
    opted_out_at  INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, message_id),
    FOREIGN KEY (workspace_id, message_id) REFERENCES message (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- When a channel was last heard of, turned away, and tested.
CREATE TABLE channel_health (
    workspace_id TEXT NOT NULL,
    channel_id   TEXT NOT NULL,
    verified_at  INTEGER,
    refused_at   INTEGER,
    refused_why  TEXT,
    tested_at    INTEGER,
    tested_why   TEXT,
    PRIMARY KEY (workspace_id, channel_id),
    FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
