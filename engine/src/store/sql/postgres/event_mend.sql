-- Differs because only PostgreSQL numbers transactions, and a dump that is restored into another server begins anew:
-- rows from its future would never be read. They go before everything, in their order. No parameters
UPDATE event_log SET xid = 0
WHERE xid >= CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)
