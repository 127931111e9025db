-- Filters of the inbox that somebody keeps, for themselves or for everybody. `filter` is the query as JSON.
CREATE TABLE saved_view (
    workspace_id TEXT NOT NULL,
    id           TEXT NOT NULL,
    owner_id     TEXT NOT NULL,
    name         TEXT NOT NULL,
    shared       INTEGER NOT NULL,
    filter       TEXT NOT NULL,
    version      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES rep (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX saved_view_own ON saved_view (workspace_id, owner_id, id);
CREATE INDEX saved_view_shared ON saved_view (workspace_id, id) WHERE shared;

-- What somebody is writing in a conversation and has not sent; one text each, on whichever device.
CREATE TABLE composer (
    workspace_id    TEXT NOT NULL,
    rep_id          TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    subject         TEXT,
    body_text       TEXT NOT NULL,
    attachment_ids  TEXT NOT NULL,
    version         INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, rep_id, conversation_id),
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX composer_recent ON composer (workspace_id, rep_id, updated_at, conversation_id);
