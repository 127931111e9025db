-- The timeline is made anew, as on SQLite, where it gets another shape on disk. Here it stays as it was.

ALTER TABLE timeline RENAME TO timeline_before;
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
INSERT INTO timeline (workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to, data, at)
SELECT workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to, data, at
FROM timeline_before;
DROP TABLE timeline_before;
