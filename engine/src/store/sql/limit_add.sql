-- Count one automatic send.  $1 workspace  $2 limit  $3 subject  $4 start of the bucket
INSERT INTO limit_count (workspace_id, limit_name, subject, bucket_start, sent) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (workspace_id, limit_name, subject, bucket_start) DO UPDATE SET sent = limit_count.sent + 1
