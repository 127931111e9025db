-- Runs that wait for a person who is not asked, after an id.  $1 workspace  $2 after this id  $3 until this id
SELECT r.* FROM run r
WHERE r.workspace_id = $1 AND r.stage = 'waiting_approval' AND (r.stage = 'waiting_approval' OR r.stage = 'held' OR r.stage = 'scheduled' OR r.stage = 'failed')
    AND r.id > $2 AND r.id <= $3
    AND NOT EXISTS (SELECT 1 FROM approval a WHERE a.workspace_id = r.workspace_id AND a.run_id = r.id
        AND a.state = 'pending')
ORDER BY r.id
