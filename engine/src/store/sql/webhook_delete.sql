-- Delete a webhook; its deliveries stay for a while.  $1 workspace  $2 id  $3 now  $4 false
UPDATE webhook SET enabled = $4, deleted_at = $3, updated_at = $3
WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL
