-- Put a policy in force if none is.  $1 workspace  $2 digest  $3 now  $4 by
INSERT INTO policy_active (workspace_id, digest, activated_at, activated_by) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id) DO NOTHING
