-- Processes that owned the store and did not end in good order.  $1 own id
SELECT id, started_at FROM boot WHERE id <> $1 ORDER BY started_at, id
