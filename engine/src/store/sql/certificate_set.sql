-- Grant a certificate or refuse it; its audits begin anew.
-- $1 workspace  $2 policy  $3 model  $4 name  $5 state  $6 from  $7 sent  $8 wrong  $9 bound  $10 share  $11 reason
-- $12 name of who asked  $13 now  $14 what messages were like
INSERT INTO certificate (workspace_id, policy_digest, model, name, state, asked, from_confidence, sent, wrong, bound,
                         share, audited, audited_wrong, reason, by_name, decided_at, traffic)
VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10, 0, 0, $11, $12, $13, $14)
ON CONFLICT (workspace_id, policy_digest, model, name) DO UPDATE SET
    state = excluded.state, asked = certificate.asked + 1, from_confidence = excluded.from_confidence,
    sent = excluded.sent, wrong = excluded.wrong, bound = excluded.bound, share = excluded.share, audited = 0,
    audited_wrong = 0, reason = excluded.reason, by_name = excluded.by_name, decided_at = excluded.decided_at,
    traffic = excluded.traffic
