-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Keep the unread list in the order of the conversation list.
-- In: workspace_id, conversation_id, now
UPDATE unread SET last_activity_at = CASE WHEN unread.last_activity_at < j.now THEN j.now ELSE unread.last_activity_at END
FROM unnest($1::text[], $2::text[], $3::bigint[])
    AS j (workspace_id, conversation_id, now)
WHERE unread.workspace_id = j.workspace_id AND unread.conversation_id = j.conversation_id
