-- What people do with conversations: give them to somebody, and put tags on them.

-- The rep who looks after it. What the policy routed it to stays in `team` and `person`.
ALTER TABLE conversation ADD COLUMN assignee_id TEXT;
CREATE INDEX conversation_assigned ON conversation (workspace_id, assignee_id, last_activity_at, id)
    WHERE assignee_id IS NOT NULL;
-- Only what is not open: a conversation in which something happens is open, and costs nothing more here.
CREATE INDEX conversation_put_aside ON conversation (workspace_id, status, last_activity_at, id) WHERE status <> 'open';

CREATE TABLE tag (
    workspace_id TEXT NOT NULL REFERENCES workspace (id) DEFERRABLE INITIALLY DEFERRED,
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, name)
) STRICT;

CREATE TABLE conversation_tag (
    workspace_id    TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    tag_id          TEXT NOT NULL,
    added_at        INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, tag_id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (workspace_id, tag_id) REFERENCES tag (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX conversation_tag_of_tag ON conversation_tag (workspace_id, tag_id, conversation_id);
