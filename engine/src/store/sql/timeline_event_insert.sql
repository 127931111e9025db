-- Keep that something was told from outside, unless it was told before or its conversation is no more.
-- $1 workspace  $2 its name  $3 its line of the timeline  $4 conversation  $5 now
INSERT INTO timeline_event (workspace_id, name_sha256, timeline_id, conversation_id, created_at)
SELECT c.workspace_id, $2, $3, c.id, CAST($5 AS BIGINT) FROM conversation c WHERE c.workspace_id = $1 AND c.id = $4
ON CONFLICT (workspace_id, name_sha256) DO NOTHING
