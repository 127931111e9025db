-- Differs because transactions commit in any order: a place is a transaction and a row.
-- A workspace's log from a place on.  $1 workspace  $2 xid  $3 seq  $4 horizon  $5 limit
SELECT workspace_id, xid, seq, body FROM event_log
WHERE workspace_id = $1 AND (xid, seq) >= ($2, $3) AND xid < $4
ORDER BY xid, seq LIMIT $5
