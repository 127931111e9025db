-- Five lines of the timeline are written for each message that is answered. Rows that stand in the order in which they are
-- read need no second tree for their key.
CREATE TABLE timeline_in_order (
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
) STRICT, WITHOUT ROWID;
INSERT INTO timeline_in_order (workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary,
    refers_to, data, at)
SELECT workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to, data, at
FROM timeline ORDER BY workspace_id, conversation_id, at, id;
DROP TABLE timeline;
ALTER TABLE timeline_in_order RENAME TO timeline;

-- The number of a row is its place here: nobody asks in another order.
DROP INDEX event_log_in_order;
