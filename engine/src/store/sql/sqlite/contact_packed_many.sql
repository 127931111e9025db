-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- These contacts.
-- In: workspace_id, id
SELECT json_group_array(json_array(k.workspace_id, k.id, k.name, k.company, k.opted_out_at, json(iif(k.ai_paused, 'true', 'false')),
    k.ai_pause_reason, k.ai_paused_by, k.ai_paused_at, k.ai_paused_until, k.inbound_count, k.created_at,
    k.version)) AS packed
FROM jsonb_each(?) AS j
CROSS JOIN contact k WHERE k.workspace_id = j.value ->> 0 AND k.id = j.value ->> 1
