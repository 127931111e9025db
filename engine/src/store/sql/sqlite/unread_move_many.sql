-- Differs because SQLite takes a set as JSON: one array a row.
-- Keep the unread list in the order of the conversation list.
-- In: workspace_id, conversation_id, now
UPDATE OR FAIL unread SET last_activity_at = CASE WHEN unread.last_activity_at < j.value ->> 2 THEN j.value ->> 2 ELSE unread.last_activity_at END
FROM jsonb_each(?) AS j
WHERE unread.workspace_id = j.value ->> 0 AND unread.conversation_id = j.value ->> 1
