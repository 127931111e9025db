-- Since when the run that is due first has been due, or when it will be.
SELECT MIN(ready_at) AS at FROM run WHERE ready_at IS NOT NULL AND ready_at > 0
