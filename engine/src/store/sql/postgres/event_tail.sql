-- Differs because transactions commit in any order: a place is a transaction and a row.
-- The log of all workspaces from a place on.  $1 xid  $2 seq  $3 horizon  $4 limit
SELECT workspace_id, xid, seq, body FROM event_log WHERE (xid, seq) >= ($1, $2) AND xid < $3
ORDER BY xid, seq LIMIT $4
