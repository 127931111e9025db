-- Activate or disable a channel that was not given up.  $1 workspace  $2 id  $3 status
UPDATE channel SET status = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL
