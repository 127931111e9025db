-- A new secret; the one before is good until a time as well.  $1 workspace  $2 id  $3 old until  $4 now
UPDATE webhook SET secret_version = secret_version + 1, old_until = $3, version = version + 1, updated_at = $4
WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL
