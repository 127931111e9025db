-- Settle what a run waits for.  $1 workspace  $2 run  $3 state  $4 by  $5 now  $6 draft version  $7 reason
UPDATE approval SET state = $3, decided_by = $4, decided_at = $5, draft_version = $6, reason = $7
WHERE workspace_id = $1 AND run_id = $2 AND state = 'pending'
RETURNING id
