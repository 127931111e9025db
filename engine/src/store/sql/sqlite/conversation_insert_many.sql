-- Differs because SQLite takes a set as JSON: one array a row.
-- Open conversations.
-- In: workspace_id, id, channel_id, channel_kind, contact_id, subject, created_at
INSERT OR FAIL INTO conversation (workspace_id, id, channel_id, channel_kind, contact_id, subject, created_at, status, preview, revision,
    ai_turns, human_active, requires_action, last_activity_at, version)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6,
    'open', '', 0, 0, FALSE, FALSE, j.value ->> 6, 1
FROM jsonb_each(?) AS j
