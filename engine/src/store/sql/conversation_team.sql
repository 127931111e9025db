-- Which team looks after a conversation; none when absent.  $1 workspace  $2 conversation  $3 name of the team
UPDATE conversation SET team = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2
