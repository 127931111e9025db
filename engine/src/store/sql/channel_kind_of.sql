-- The kind of a channel.  $1 workspace  $2 id
SELECT kind FROM channel WHERE workspace_id = $1 AND id = $2
