-- When the engine must look again.  $1 now
SELECT MIN(ready_at) AS at FROM run WHERE ready_at IS NOT NULL AND ready_at > $1
