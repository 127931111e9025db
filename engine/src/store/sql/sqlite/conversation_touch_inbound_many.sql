-- Differs because SQLite takes a set as JSON: one array a row.
-- A message came in to each. Time never runs backwards in the list.
-- In: workspace_id, id, preview, now
UPDATE OR FAIL conversation SET revision = conversation.revision + 1, preview = j.value ->> 2, status = 'open', last_inbound_at = j.value ->> 3,
    last_activity_at = CASE WHEN conversation.last_activity_at < j.value ->> 3 THEN j.value ->> 3 ELSE conversation.last_activity_at END,
    version = conversation.version + 1
FROM jsonb_each(?) AS j
WHERE conversation.workspace_id = j.value ->> 0 AND conversation.id = j.value ->> 1
