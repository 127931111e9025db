-- Differs because SQLite's writer takes the rows of a set one by one.
-- Count automatic sends.
-- In: workspace_id, limit_name, subject, bucket_start, sent
INSERT OR FAIL INTO limit_count (workspace_id, limit_name, subject, bucket_start, sent)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (workspace_id, limit_name, subject, bucket_start) DO UPDATE SET sent = limit_count.sent + excluded.sent
