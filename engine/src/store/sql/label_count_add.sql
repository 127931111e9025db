-- Count labels, or take them back.  $1 workspace  $2 policy  $3 model  $4 intent  $5 confidence  $6 labels  $7 wrong ones
INSERT INTO label_count (workspace_id, policy_digest, model, intent, confidence, labelled, wrong)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (workspace_id, policy_digest, model, intent, confidence) DO UPDATE SET
    labelled = label_count.labelled + excluded.labelled, wrong = label_count.wrong + excluded.wrong
