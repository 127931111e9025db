-- The pack of a decision is not read any more: the records are.  $1 workspace  $2 and $3 time and id of the decision
-- $4 no bytes
UPDATE decision_pack SET bytes = $4 WHERE workspace_id = $1 AND seq IN
    (SELECT seq FROM decision_pack WHERE workspace_id = $1 AND last_at >= $2 AND (last_at > $2 OR last_id >= $3)
    ORDER BY last_at, seq LIMIT 1)
