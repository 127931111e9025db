-- Differs because transactions commit in any order: a place is a transaction and a row.
-- How much the log holds after a place.  $1 xid  $2 seq  $3 horizon  $4 limit
SELECT xid, seq, at, events FROM event_log WHERE (xid, seq) > ($1, $2) AND xid < $3 ORDER BY xid, seq LIMIT $4
