-- How a channel that was not given up is spoken with.  $1 workspace  $2 id  $3 provider  $4 settings  $5 sealed secrets
UPDATE channel SET provider = $3, settings = $4, secrets = $5, version = version + 1
WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL
