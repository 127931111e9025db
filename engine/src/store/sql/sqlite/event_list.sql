-- Differs because SQLite has one writer: the number of a row is its place.
-- A workspace's log from a place on.  $1 workspace  $2 seq  $3 limit
SELECT workspace_id, xid, seq, body FROM event_log WHERE workspace_id = $1 AND xid = 0 AND seq >= $2 ORDER BY seq LIMIT $3
