-- The search index beside a PostgreSQL store: a schema of its own, made anew from the store whenever it is missing.
-- `words` holds words and not texts; `state` is how far the index is, in the event log or on its walk through the store,
-- and which process is at work on it.
CREATE SCHEMA IF NOT EXISTS remit_search;
CREATE TABLE IF NOT EXISTS remit_search.state (
    id         BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    form       BIGINT NOT NULL,
    xid        BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    walk       TEXT,
    until      BIGINT NOT NULL,
    next_doc   BIGINT NOT NULL,
    holder     TEXT NOT NULL,
    held_until BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS remit_search.doc (
    seq             BIGINT NOT NULL PRIMARY KEY,
    workspace_id    TEXT NOT NULL,
    kind            TEXT NOT NULL,
    id              TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    channel_kind    TEXT NOT NULL,
    at              BIGINT NOT NULL,
    words           TSVECTOR NOT NULL,
    UNIQUE (workspace_id, kind, id)
);
CREATE INDEX IF NOT EXISTS doc_of_conversation ON remit_search.doc (workspace_id, conversation_id)
    WHERE conversation_id <> '';
CREATE INDEX IF NOT EXISTS doc_words ON remit_search.doc USING gin (words);
