-- Differs because transactions commit in any order: a place is a transaction and a row.
-- The last place of the log.  $1 horizon
SELECT xid, seq FROM event_log WHERE xid < $1 ORDER BY xid DESC, seq DESC LIMIT 1
