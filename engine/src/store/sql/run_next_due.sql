-- When the engine must look again.  $1 now
SELECT MIN(at) AS at FROM (
    SELECT MIN(ready_at) AS at FROM run WHERE ready_at IS NOT NULL AND ready_at > $1
    UNION ALL SELECT MIN(due_at) AS at FROM timer WHERE due_at > $1) AS next
