-- How a channel is.  $1 workspace  $2 channel
SELECT * FROM channel_health WHERE workspace_id = $1 AND channel_id = $2
