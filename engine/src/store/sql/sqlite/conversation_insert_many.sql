-- Differs because SQLite's writer takes the rows of a set one by one.
-- Open conversations.
-- In: workspace_id, id, channel_id, channel_kind, contact_id, subject, created_at
INSERT OR FAIL INTO conversation (workspace_id, id, channel_id, channel_kind, contact_id, subject, created_at, status, preview, revision,
    ai_turns, human_active, requires_action, last_activity_at, version)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
    'open', '', 0, 0, FALSE, FALSE, ?7, 1)
