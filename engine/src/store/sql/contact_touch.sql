-- Count an inbound message, learn a name, and lock the row, so that one contact's messages are stored one by one.
-- $1 workspace  $2 id  $3 name or null
UPDATE contact SET inbound_count = inbound_count + 1, name = COALESCE(name, $3)
WHERE workspace_id = $1 AND id = $2 RETURNING *
