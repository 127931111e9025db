-- Differs because SQLite takes a set as JSON: one array a row.
-- Count automatic sends.
-- In: workspace_id, limit_name, subject, bucket_start, sent
INSERT OR FAIL INTO limit_count (workspace_id, limit_name, subject, bucket_start, sent)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4
FROM jsonb_each(?) AS j
WHERE TRUE
ON CONFLICT (workspace_id, limit_name, subject, bucket_start) DO UPDATE SET sent = limit_count.sent + excluded.sent
