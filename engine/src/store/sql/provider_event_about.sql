-- Whom something that a provider told is about.  $1 workspace  $2 event  $3 contact
UPDATE provider_event SET contact_id = $3 WHERE workspace_id = $1 AND id = $2
