-- Switch a webhook off that cannot be reached.  $1 workspace  $2 id  $3 reason  $4 now  $5 false
UPDATE webhook SET enabled = $5, disabled_reason = $3, version = version + 1, updated_at = $4
WHERE workspace_id = $1 AND id = $2 AND enabled
