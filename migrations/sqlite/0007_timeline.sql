-- The timeline in the order in which it is written, with a narrow index beside it: as one tree by conversation every line
-- changed a wide page somewhere in its middle.

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
    at              INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, at, id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
INSERT INTO timeline (workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to, data, at)
SELECT workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to, data, at
FROM timeline_before;
DROP TABLE timeline_before;
