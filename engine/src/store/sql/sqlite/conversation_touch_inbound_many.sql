-- Differs because SQLite takes a set as JSON: one array a row.
-- A message came in to each. Time never runs backwards in the list.
-- In: workspace_id, id, preview, now
UPDATE OR FAIL conversation SET revision = conversation.revision + 1, preview = j.value ->> 2, status = 'open', last_inbound_at = j.value ->> 3,
    last_activity_at = CASE WHEN conversation.last_activity_at < j.value ->> 3 THEN j.value ->> 3 ELSE conversation.last_activity_at END,
    version = conversation.version + 1
FROM jsonb_each(?) AS j
WHERE conversation.workspace_id = j.value ->> 0 AND conversation.id = j.value ->> 1
RETURNING conversation.workspace_id, conversation.id, conversation.channel_id, conversation.channel_kind,
    conversation.contact_id, conversation.subject, conversation.status, conversation.preview,
    conversation.revision, conversation.ai_turns, conversation.human_active, conversation.requires_action,
    conversation.team, conversation.person, conversation.priority, conversation.sla_at,
    conversation.last_inbound_at, conversation.last_activity_at, conversation.created_at, conversation.version
