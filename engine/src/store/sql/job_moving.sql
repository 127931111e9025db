-- Jobs on their way, in order of time. The cast keeps SQLite on the index of what is due, which grows with the queue and
-- not with history.  $1 workspace  $2 and $3 after this time and id  $4 until this time  $5 working, queued or any
-- $6 limit
SELECT r.* FROM run r
WHERE r.ready_at IS NOT NULL AND (r.ready_at, r.id) > ($2, $3) AND r.ready_at <= $4 AND CAST(r.workspace_id AS TEXT) = $1
    AND r.stage IN ('received', 'classified', 'drafted', 'gated', 'sending')
    AND ($5 = 'any' OR ($5 = 'working') = (r.stage = 'sending'))
ORDER BY r.ready_at, r.id LIMIT $6
