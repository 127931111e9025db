-- The longest ago first: those with one contact.  $1 workspace  $2 and $3 after  $6 so many  $11 contact
SELECT c.* FROM conversation c WHERE c.workspace_id = $1 AND c.contact_id = $11 AND (c.last_activity_at, c.id) > ($2, $3)
ORDER BY c.last_activity_at, c.id LIMIT $6
