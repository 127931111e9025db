-- Count audited answers.  $1 workspace  $2 policy  $3 model  $4 name  $5 answers  $6 wrong ones
UPDATE certificate SET audited = audited + $5, audited_wrong = audited_wrong + $6
WHERE workspace_id = $1 AND policy_digest = $2 AND model = $3 AND name = $4 AND state = 'granted'
