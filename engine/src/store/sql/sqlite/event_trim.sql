-- Differs because SQLite has one writer: the number of a row is its place.
-- Take away the oldest part of the log.  $1 seq of the last row that goes
DELETE FROM event_log WHERE seq <= $1
