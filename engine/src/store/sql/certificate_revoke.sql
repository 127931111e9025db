-- Take a certificate back.  $1 workspace  $2 policy  $3 model  $4 name  $5 reason  $6 name of who did  $7 now
UPDATE certificate SET state = 'revoked', reason = $5, by_name = $6, decided_at = $7
WHERE workspace_id = $1 AND policy_digest = $2 AND model = $3 AND name = $4 AND state = 'granted'
