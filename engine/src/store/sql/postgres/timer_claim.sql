-- Differs because several processes look at once: each timer is leased by one of them.  $1 now  $2 limit  $3 lease until
UPDATE timer SET lease_until = $3 WHERE ctid = ANY (ARRAY(
    SELECT t.ctid FROM timer t WHERE t.due_at <= $1 AND (t.lease_until IS NULL OR t.lease_until < $1)
    ORDER BY t.due_at LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING workspace_id, kind, subject_id, due_at, data
