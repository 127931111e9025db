-- Differs because only PostgreSQL numbers transactions; see `event_mend`. No parameters
UPDATE event_trimmed SET xid = 0
WHERE xid >= CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)
