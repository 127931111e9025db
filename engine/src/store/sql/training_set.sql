-- Keep a training.  $1 workspace  $2 policy  $3 model  $4 learned until  $5 lessons, JSON  $6 now
INSERT INTO training (workspace_id, policy_digest, model, learned_until, lessons, trained_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace_id, policy_digest) DO UPDATE SET
    model = excluded.model, learned_until = excluded.learned_until, lessons = excluded.lessons,
    trained_at = excluded.trained_at
