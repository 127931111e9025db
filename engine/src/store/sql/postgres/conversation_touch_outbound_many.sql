-- Differs because PostgreSQL takes a set as arrays: one a column.
-- A message went out of each.
-- In: workspace_id, id, preview, now, ai_turns
UPDATE conversation SET revision = conversation.revision + 1, preview = j.preview, ai_turns = conversation.ai_turns + j.ai_turns,
    last_activity_at = CASE WHEN conversation.last_activity_at < j.now THEN j.now ELSE conversation.last_activity_at END,
    version = conversation.version + 1
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
    AS j (workspace_id, id, preview, now, ai_turns)
WHERE conversation.workspace_id = j.workspace_id AND conversation.id = j.id
RETURNING conversation.id, conversation.revision
