-- Differs because PostgreSQL takes a set as arrays: one a column.
-- The conversations that message ids belong to.
-- In: place, position, workspace_id, external_id
SELECT j.place AS place, j.position AS position, c.id, c.contact_id
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[])
    AS j (place, position, workspace_id, external_id)
CROSS JOIN message_ref r CROSS JOIN conversation c
WHERE r.workspace_id = j.workspace_id AND r.external_id = j.external_id
    AND c.workspace_id = r.workspace_id AND c.id = r.conversation_id
