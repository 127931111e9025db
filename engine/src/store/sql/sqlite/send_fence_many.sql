-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- What must still be true when sends begin.
-- In: place, workspace_id, conversation_id, contact_id
SELECT json_group_array(json_array(j.value ->> 0, c.revision, json(iif(c.human_active, 'true', 'false')), k.version,
    json(iif(k.ai_paused, 'true', 'false')), k.ai_paused_until, k.opted_out_at, h.status,
    json(iif(h.email_warmup, 'true', 'false')),
    (SELECT p.digest FROM policy_active p WHERE p.workspace_id = c.workspace_id),
    json(iif((SELECT s.is_on FROM switch s WHERE s.workspace_id = c.workspace_id AND s.name = 'kill_switch'), 'true', 'false')),
    COALESCE((SELECT s.flips FROM switch s WHERE s.workspace_id = c.workspace_id AND s.name = 'kill_switch'), 0))) AS packed
FROM jsonb_each(?) AS j
CROSS JOIN conversation c CROSS JOIN contact k CROSS JOIN channel h
WHERE c.workspace_id = j.value ->> 1 AND c.id = j.value ->> 2 AND k.workspace_id = c.workspace_id AND k.id = j.value ->> 3
    AND h.workspace_id = c.workspace_id AND h.id = c.channel_id
