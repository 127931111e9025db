-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Count automatic sends.
-- In: workspace_id, limit_name, subject, bucket_start, sent
INSERT INTO limit_count (workspace_id, limit_name, subject, bucket_start, sent)
SELECT j.workspace_id, j.limit_name, j.subject, j.bucket_start, j.sent
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
    AS j (workspace_id, limit_name, subject, bucket_start, sent)
ON CONFLICT (workspace_id, limit_name, subject, bucket_start) DO UPDATE SET sent = limit_count.sent + excluded.sent
