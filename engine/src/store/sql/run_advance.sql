-- Move a run on, once. No row changed: somebody else moved it, and the caller stops.
-- $1 workspace  $2 id  $3 version  $4 epoch  $5 stage  $6 attempt  $7 approved  $8 held since  $9 ready at
-- $10 closed reason  $11 last error  $12 draft  $13 decision  $14 give the lease back  $15 now
UPDATE run SET stage = $5, version = version + 1, attempt = $6, approved = $7, held_since = $8, ready_at = $9,
    closed_reason = $10, last_error = $11, draft_id = COALESCE($12, draft_id), decision_id = COALESCE($13, decision_id),
    lease_owner = CASE WHEN $14 THEN NULL ELSE lease_owner END,
    lease_until = CASE WHEN $14 THEN NULL ELSE lease_until END, updated_at = $15
WHERE workspace_id = $1 AND id = $2 AND version = $3 AND epoch = $4
