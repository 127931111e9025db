-- Differs because SQLite's writer takes the rows of a set one by one.
-- A message came in to each. Time never runs backwards in the list.
-- In: workspace_id, id, preview, now
UPDATE OR FAIL conversation SET revision = conversation.revision + 1, preview = ?3, status = 'open', last_inbound_at = ?4, last_author = 'contact',
    last_activity_at = CASE WHEN conversation.last_activity_at < ?4 THEN ?4 ELSE conversation.last_activity_at END,
    version = conversation.version + 1
WHERE conversation.workspace_id = ?1 AND conversation.id = ?2
