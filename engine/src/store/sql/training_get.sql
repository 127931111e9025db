-- The latest training of a policy's classifier.  $1 workspace  $2 policy
SELECT model, learned_until, trained_at FROM training WHERE workspace_id = $1 AND policy_digest = $2
