-- Jobs at rest in a stage, oldest first; those in doubt have a list of their own.
-- $1 workspace  $2 stage  $3 after this id  $4 limit
SELECT r.* FROM run r
WHERE r.workspace_id = $1 AND r.stage = $2
    AND (r.stage = 'waiting_approval' OR r.stage = 'held' OR r.stage = 'scheduled' OR r.stage = 'failed') AND r.id > $3
    AND NOT EXISTS (SELECT 1 FROM effect e WHERE e.workspace_id = r.workspace_id AND e.run_id = r.id
        AND e.state = 'in_doubt')
ORDER BY r.id LIMIT $4
