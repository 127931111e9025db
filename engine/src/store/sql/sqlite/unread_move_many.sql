-- Differs because SQLite's writer takes the rows of a set one by one.
-- Keep the unread list in the order of the conversation list.
-- In: workspace_id, conversation_id, now
UPDATE OR FAIL unread SET last_activity_at = CASE WHEN unread.last_activity_at < ?3 THEN ?3 ELSE unread.last_activity_at END
WHERE unread.workspace_id = ?1 AND unread.conversation_id = ?2
