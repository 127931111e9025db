-- Those with one contact.  $1 workspace  $5 contact
FROM conversation c WHERE c.workspace_id = $1 AND c.contact_id = $5
