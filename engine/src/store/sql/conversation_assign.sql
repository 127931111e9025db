-- Who looks after a conversation; nobody when absent.  $1 workspace  $2 conversation  $3 rep
UPDATE conversation SET assignee_id = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2
