-- Keep a label, in place of the one there was.
-- $1 workspace  $2 message  $3 policy  $4 model  $5 intent  $6 confidence  $7 right intent  $8 wrong  $9 source  $10 by
-- $11 name  $12 now
INSERT INTO label (workspace_id, message_id, policy_digest, model, intent, confidence, right_intent, wrong, source, by_id,
                   by_name, labelled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (workspace_id, message_id, policy_digest, model) DO UPDATE SET
    right_intent = excluded.right_intent, wrong = excluded.wrong, source = excluded.source, by_id = excluded.by_id,
    by_name = excluded.by_name, labelled_at = excluded.labelled_at
