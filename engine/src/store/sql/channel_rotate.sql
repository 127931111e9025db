-- A new secret from now on.  $1 workspace  $2 id  $3 now
UPDATE channel SET secret_version = secret_version + 1, rotated_at = $3, version = version + 1
WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL
