-- What became of it.  $1 workspace  $2 id  $3 state  $4 provider ref  $5 last error  $6 now
UPDATE effect SET state = $3, provider_ref = COALESCE($4, provider_ref), last_error = $5, updated_at = $6
WHERE workspace_id = $1 AND id = $2
