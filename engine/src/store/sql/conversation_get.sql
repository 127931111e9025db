-- One conversation.  $1 workspace  $2 id
SELECT * FROM conversation WHERE workspace_id = $1 AND id = $2
