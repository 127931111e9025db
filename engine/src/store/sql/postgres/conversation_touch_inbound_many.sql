-- Differs because PostgreSQL takes a set as arrays: one a column.
-- A message came in to each. Time never runs backwards in the list.
-- In: workspace_id, id, preview, now
UPDATE conversation SET revision = conversation.revision + 1, preview = j.preview, status = 'open', last_inbound_at = j.now,
    last_author = 'contact',
    last_activity_at = CASE WHEN conversation.last_activity_at < j.now THEN j.now ELSE conversation.last_activity_at END,
    version = conversation.version + 1
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    AS j (workspace_id, id, preview, now)
WHERE conversation.workspace_id = j.workspace_id AND conversation.id = j.id
RETURNING conversation.workspace_id, conversation.id, conversation.channel_id, conversation.channel_kind,
    conversation.contact_id, conversation.subject, conversation.status, conversation.preview,
    conversation.revision, conversation.ai_turns, conversation.human_active, conversation.requires_action,
    conversation.team, conversation.person, conversation.priority, conversation.sla_at,
    conversation.last_inbound_at, conversation.last_activity_at, conversation.created_at, conversation.version,
    conversation.snoozed_until
