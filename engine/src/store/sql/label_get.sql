-- A label.  $1 workspace  $2 message  $3 policy  $4 model
SELECT intent, confidence, wrong, source FROM label
WHERE workspace_id = $1 AND message_id = $2 AND policy_digest = $3 AND model = $4
