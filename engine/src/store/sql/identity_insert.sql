-- From now on a provider means this person.  $1 workspace  $2 issuer  $3 subject  $4 rep  $5 now
INSERT INTO sign_in_identity (workspace_id, issuer, subject, rep_id, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, issuer, subject) DO NOTHING
