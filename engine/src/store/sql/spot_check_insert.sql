-- Draw an answer to be looked at.  $1 workspace  $2 message  $3 policy  $4 model  $5 certificates, JSON  $6 now
INSERT INTO spot_check (workspace_id, message_id, policy_digest, model, certificates, drawn_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, message_id) DO NOTHING
