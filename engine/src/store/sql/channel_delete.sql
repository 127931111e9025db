-- A channel is given up, if nobody changed it meanwhile: it stays, without its credentials.  $1 workspace  $2 id  $3 version that
-- was seen  $4 now
UPDATE channel SET status = 'disabled', provider = NULL, settings = '{}', secrets = '', secret_version = secret_version + 1,
    rotated_at = NULL, deleted_at = $4, version = version + 1
WHERE workspace_id = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL
