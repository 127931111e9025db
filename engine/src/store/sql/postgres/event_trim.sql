-- Differs because transactions commit in any order: a place is a transaction and a row.
-- Take away the oldest part of the log.  $1 xid and  $2 seq of the last row that goes
DELETE FROM event_log WHERE (xid, seq) <= ($1, $2)
