-- The search index beside a SQLite store: a file of its own, made anew from the store whenever it is missing.
-- `ft` holds words and not texts; `state` is how far the index is, in the event log or on its walk through the store.
CREATE TABLE IF NOT EXISTS state (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    form   INTEGER NOT NULL,
    xid    INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    walk   TEXT,
    until  INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS doc (
    seq             INTEGER NOT NULL PRIMARY KEY,
    workspace_id    TEXT NOT NULL,
    kind            TEXT NOT NULL,
    id              TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    channel_kind    TEXT NOT NULL,
    at              INTEGER NOT NULL,
    UNIQUE (workspace_id, kind, id)
) STRICT;
CREATE INDEX IF NOT EXISTS doc_of_conversation ON doc (workspace_id, conversation_id) WHERE conversation_id <> '';
CREATE VIRTUAL TABLE IF NOT EXISTS ft USING fts5 (
    words, tags, content = '', contentless_delete = 1, tokenize = 'ascii', detail = 'full'
);
