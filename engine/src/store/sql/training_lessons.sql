-- What a model learned beside the policy's examples.  $1 workspace  $2 policy  $3 model
SELECT lessons FROM training WHERE workspace_id = $1 AND policy_digest = $2 AND model = $3
