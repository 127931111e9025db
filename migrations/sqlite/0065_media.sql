-- Files that providers keep, on their way here: pictures, documents, recordings. A row goes once its file is here or given
-- up; what became of it stands in the message's attachments.
CREATE TABLE media (
    workspace_id TEXT NOT NULL,
    message_id   TEXT NOT NULL,
    -- The provider's name or address of it, as it stands in the message's attachments.
    reference    TEXT NOT NULL,
    channel_id   TEXT NOT NULL,
    tries        INTEGER NOT NULL,
    -- When it is tried next. Whoever tries it moves this on first, so that nobody else does.
    due_at       INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, message_id, reference),
    FOREIGN KEY (workspace_id, message_id) REFERENCES message (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX media_due ON media (due_at);
