-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- These conversations.
-- In: workspace_id, id
SELECT json_group_array(json_array(c.workspace_id, c.id, c.channel_id, c.channel_kind, c.contact_id, c.subject, c.status, c.preview,
    c.revision, c.ai_turns, json(iif(c.human_active, 'true', 'false')),
    json(iif(c.requires_action, 'true', 'false')), c.team, c.person, c.priority, c.sla_at,
    c.last_inbound_at, c.last_activity_at, c.created_at, c.version, c.snoozed_until)) AS packed
FROM jsonb_each(?) AS j
CROSS JOIN conversation c WHERE c.workspace_id = j.value ->> 0 AND c.id = j.value ->> 1
