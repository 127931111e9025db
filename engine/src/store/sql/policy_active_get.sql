-- The policy in force.  $1 workspace
SELECT digest, activated_at, activated_by FROM policy_active WHERE workspace_id = $1
