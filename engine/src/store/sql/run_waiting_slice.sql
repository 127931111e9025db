-- The last id of the next slice of runs that wait for a person.  $1 workspace  $2 after this id  $3 limit
SELECT MAX(page.id) AS last FROM (SELECT r.id FROM run r
    WHERE r.workspace_id = $1 AND r.stage = 'waiting_approval'
        AND (r.stage = 'waiting_approval' OR r.stage = 'held' OR r.stage = 'scheduled' OR r.stage = 'failed') AND r.id > $2
    ORDER BY r.id LIMIT $3) AS page
