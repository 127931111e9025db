-- Put a policy in force if another still is.  $1 workspace  $2 digest  $3 now  $4 by  $5 digest of the other
UPDATE policy_active SET digest = $2, activated_at = $3, activated_by = $4 WHERE workspace_id = $1 AND digest = $5
