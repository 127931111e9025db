-- Differs because SQLite has one writer: the number of a row is its place.
-- How much the log holds after a place.  $1 seq  $2 limit
SELECT xid, seq, at, events FROM event_log WHERE seq > $1 ORDER BY seq LIMIT $2
