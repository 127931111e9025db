-- Differs because SQLite has one writer: the number of a row is its place.
-- The log of all workspaces from a place on.  $1 seq  $2 limit
SELECT workspace_id, xid, seq, body FROM event_log WHERE seq >= $1 ORDER BY seq LIMIT $2
