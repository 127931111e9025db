-- Differs because SQLite takes a set as JSON: one array a row.
-- Say who should look after conversations.
-- In: workspace_id, id, team, person, priority, sla_at
UPDATE OR FAIL conversation SET team = j.value ->> 2, person = j.value ->> 3, priority = j.value ->> 4, sla_at = j.value ->> 5,
    version = conversation.version + 1
FROM jsonb_each(?) AS j
WHERE conversation.workspace_id = j.value ->> 0 AND conversation.id = j.value ->> 1
