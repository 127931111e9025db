-- How many runs are due, up to a number.  $1 now  $2 limit
SELECT COUNT(*) AS many FROM (SELECT id FROM run WHERE ready_at IS NOT NULL AND ready_at <= $1
    ORDER BY ready_at, id LIMIT $2) AS page
