-- Differs because SQLite has one writer: the number of a row is its place.
-- The last place of the log. No parameters
SELECT xid, seq FROM event_log WHERE seq = (SELECT MAX(seq) FROM event_log)
