-- A contact's latest conversation; a contact has few, so they are sorted and not walked to in the order of all.  $1 workspace
-- $2 contact
SELECT id FROM conversation WHERE workspace_id = $1 AND contact_id = $2 ORDER BY last_activity_at + 0 DESC, id DESC LIMIT 1
