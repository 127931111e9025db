-- The provider is about to be called.  $1 workspace  $2 id  $3 boot  $4 now
UPDATE effect SET state = 'in_flight', boot = $3, attempt = attempt + 1, updated_at = $4
WHERE workspace_id = $1 AND id = $2
