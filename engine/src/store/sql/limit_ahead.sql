-- Runs that came earlier, are due, and count against the same limit.  $1 workspace  $2 limit  $3 subject  $4 run  $5 now
-- $6 more than this many need not be counted
SELECT COUNT(*) AS n FROM (
    SELECT 1 AS one FROM limit_wait w JOIN run r ON r.workspace_id = w.workspace_id AND r.id = w.run_id
    WHERE w.workspace_id = $1 AND w.limit_name = $2 AND w.subject = $3 AND w.run_id < $4
        AND r.stage IN ('held', 'gated') AND r.ready_at <= $5
    LIMIT $6) AS page
