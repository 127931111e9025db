-- Those that need a person.  $1 workspace  $5 empty
FROM conversation c WHERE c.workspace_id = $1 AND $5 = '' AND c.requires_action
