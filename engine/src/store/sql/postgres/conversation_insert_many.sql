-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Open conversations.
-- In: workspace_id, id, channel_id, channel_kind, contact_id, subject, created_at
INSERT INTO conversation (workspace_id, id, channel_id, channel_kind, contact_id, subject, created_at, status, preview, revision,
    ai_turns, human_active, requires_action, last_activity_at, version)
SELECT j.workspace_id, j.id, j.channel_id, j.channel_kind, j.contact_id, j.subject, j.created_at, 'open', '', 0, 0,
    FALSE, FALSE, j.created_at, 1
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
    AS j (workspace_id, id, channel_id, channel_kind, contact_id, subject, created_at)
