-- A contact's conversations are with another.  $1 workspace  $2 from contact  $3 to contact
UPDATE conversation SET contact_id = $3, version = version + 1 WHERE workspace_id = $1 AND contact_id = $2
