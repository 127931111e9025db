-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- The conversations that message ids belong to.
-- In: place, position, workspace_id, external_id
SELECT json_group_array(json_array(j.value ->> 0, j.value ->> 1, c.id, c.contact_id)) AS packed
FROM jsonb_each(?) AS j
CROSS JOIN message_ref r CROSS JOIN conversation c
WHERE r.workspace_id = j.value ->> 2 AND r.external_id = j.value ->> 3
    AND c.workspace_id = r.workspace_id AND c.id = r.conversation_id
