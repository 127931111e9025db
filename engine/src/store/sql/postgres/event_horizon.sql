-- Differs because only PostgreSQL has several transactions under way: below the oldest of them nothing can appear any
-- more. No parameters
SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)
