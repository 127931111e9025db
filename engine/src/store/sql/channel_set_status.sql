-- Activate or disable a channel.  $1 workspace  $2 id  $3 status
UPDATE channel SET status = $3 WHERE workspace_id = $1 AND id = $2
