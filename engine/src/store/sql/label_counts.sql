-- The labels of one model's answers under one policy, counted.  $1 workspace  $2 policy  $3 model
SELECT intent, confidence, labelled, wrong FROM label_count
WHERE workspace_id = $1 AND policy_digest = $2 AND model = $3 ORDER BY intent, confidence
