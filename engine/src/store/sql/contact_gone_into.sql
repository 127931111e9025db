-- Who was merged into a contact.  $1 workspace  $2 contact
SELECT contact_id FROM contact_gone WHERE workspace_id = $1 AND into_id = $2 ORDER BY contact_id
