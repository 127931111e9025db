-- The event log: what changed, for whoever follows along. A row holds what one transaction did in one workspace; its
-- place in the log is (xid, seq). Append only; the oldest rows go after a while. Webhooks read it by a place of their own.

CREATE TABLE event_log (
    seq          INTEGER NOT NULL PRIMARY KEY,
    xid          INTEGER NOT NULL,
    workspace_id TEXT NOT NULL,
    at           INTEGER NOT NULL,
    events       INTEGER NOT NULL,
    body         TEXT NOT NULL
) STRICT;
CREATE INDEX event_log_in_order ON event_log (xid, seq);
CREATE INDEX event_log_of_workspace ON event_log (workspace_id, xid, seq);

-- Everything up to this place of the log is gone, so many events ever. One row, once anything is.
CREATE TABLE event_trimmed (
    one    INTEGER NOT NULL PRIMARY KEY,
    xid    INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    events INTEGER NOT NULL
) STRICT;

-- Where events are posted to. The signing secret is derived from the server's key and `secret_version`, never stored.
-- It is told what comes after (from_xid, from_seq).
CREATE TABLE webhook (
    workspace_id    TEXT NOT NULL,
    id              TEXT NOT NULL,
    url             TEXT NOT NULL,
    description     TEXT NOT NULL,
    event_types     TEXT NOT NULL,
    enabled         INTEGER NOT NULL,
    disabled_reason TEXT,
    failing_since   INTEGER,
    secret_version  INTEGER NOT NULL,
    old_until       INTEGER,
    from_xid        INTEGER NOT NULL,
    from_seq        INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    created_by      TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    PRIMARY KEY (workspace_id, id)
) STRICT;

-- Up to where the log was turned into deliveries.
CREATE TABLE webhook_place (
    workspace_id TEXT NOT NULL,
    xid          INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    PRIMARY KEY (workspace_id)
) STRICT;

-- One event on its way to one webhook, with the bytes that every attempt posts. `next_at` is when to try; null means never by itself.
CREATE TABLE webhook_delivery (
    workspace_id TEXT NOT NULL,
    id           TEXT NOT NULL,
    webhook_id   TEXT NOT NULL,
    event_id     TEXT NOT NULL,
    event_type   TEXT NOT NULL,
    body         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempt      INTEGER NOT NULL,
    next_at      INTEGER,
    lease_until  INTEGER,
    status       INTEGER,
    took_ms      INTEGER,
    error        TEXT,
    response     TEXT,
    created_at   INTEGER NOT NULL,
    attempted_at INTEGER,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, webhook_id, event_id),
    FOREIGN KEY (workspace_id, webhook_id) REFERENCES webhook (workspace_id, id)
) STRICT;
CREATE INDEX webhook_delivery_due ON webhook_delivery (workspace_id, webhook_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_delivery_of_webhook ON webhook_delivery (workspace_id, webhook_id, created_at, id);
CREATE INDEX webhook_delivery_old ON webhook_delivery (created_at);
