-- How many were counted, holding the row until the commit: two sends that count against it come one after the other.
-- $1 workspace  $2 limit  $3 subject  $4 start of the bucket
INSERT INTO limit_count (workspace_id, limit_name, subject, bucket_start, sent) VALUES ($1, $2, $3, $4, 0)
ON CONFLICT (workspace_id, limit_name, subject, bucket_start) DO UPDATE SET sent = limit_count.sent
RETURNING sent
