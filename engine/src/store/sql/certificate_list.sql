-- What was asked to be proved under a policy and of a model.  $1 workspace  $2 policy  $3 model
SELECT name, state, asked, from_confidence, sent, wrong, bound, share, audited, audited_wrong, reason, by_name, decided_at,
       traffic
FROM certificate WHERE workspace_id = $1 AND policy_digest = $2 AND model = $3 ORDER BY name
