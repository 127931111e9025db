-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Count an inbound message of each, learn names, and lock the rows, so that one contact's messages are stored one by one.
-- In: workspace_id, id, name
UPDATE contact SET inbound_count = contact.inbound_count + 1, name = COALESCE(contact.name, j.name)
FROM unnest($1::text[], $2::text[], $3::text[])
    AS j (workspace_id, id, name)
WHERE contact.workspace_id = j.workspace_id AND contact.id = j.id
RETURNING contact.workspace_id, contact.id, contact.name, contact.company, contact.opted_out_at, contact.ai_paused,
    contact.ai_pause_reason, contact.ai_paused_by, contact.ai_paused_at, contact.ai_paused_until, contact.inbound_count,
    contact.created_at, contact.version, contact.suppressed
