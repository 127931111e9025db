-- How many jobs there are in each state, each counted up to a number. What is due and at rest counts as queued.
-- $1 workspace  $2 now  $3 limit
SELECT CASE WHEN page.stage = 'sending' THEN 'working' ELSE 'queued' END AS state, COUNT(*) AS many FROM (
    SELECT stage FROM run WHERE ready_at IS NOT NULL AND ready_at <= $2 ORDER BY ready_at, id LIMIT $3) AS page
GROUP BY CASE WHEN page.stage = 'sending' THEN 'working' ELSE 'queued' END
UNION ALL
SELECT 'retrying' AS state, COUNT(*) AS many FROM (
    SELECT stage FROM run WHERE ready_at IS NOT NULL AND ready_at > $2 ORDER BY ready_at, id LIMIT $3) AS page
WHERE page.stage NOT IN ('held', 'scheduled', 'waiting_approval')
UNION ALL
SELECT 'waiting_approval' AS state, COUNT(*) AS many FROM (
    SELECT id FROM run WHERE workspace_id = $1 AND stage = 'waiting_approval'
        AND (stage = 'waiting_approval' OR stage = 'held' OR stage = 'scheduled' OR stage = 'failed') LIMIT $3) AS page
UNION ALL
SELECT 'held' AS state, COUNT(*) AS many FROM (
    SELECT id FROM run WHERE workspace_id = $1 AND stage = 'held'
        AND (stage = 'waiting_approval' OR stage = 'held' OR stage = 'scheduled' OR stage = 'failed') LIMIT $3) AS page
UNION ALL
SELECT 'scheduled' AS state, COUNT(*) AS many FROM (
    SELECT id FROM run WHERE workspace_id = $1 AND stage = 'scheduled'
        AND (stage = 'waiting_approval' OR stage = 'held' OR stage = 'scheduled' OR stage = 'failed') LIMIT $3) AS page
UNION ALL
SELECT 'failed' AS state, COUNT(*) AS many FROM (
    SELECT id FROM run WHERE workspace_id = $1 AND stage = 'failed'
        AND (stage = 'waiting_approval' OR stage = 'held' OR stage = 'scheduled' OR stage = 'failed') LIMIT $3) AS page
UNION ALL
SELECT 'in_doubt' AS state, COUNT(*) AS many FROM (
    SELECT run_id FROM effect WHERE workspace_id = $1 AND run_id > '' AND state = 'in_doubt' LIMIT $3) AS page
