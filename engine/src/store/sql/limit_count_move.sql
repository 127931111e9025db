-- What was counted for one counts for another.  $1 workspace  $2 limit  $3 from subject  $4 to subject
INSERT INTO limit_count (workspace_id, limit_name, subject, bucket_start, sent)
SELECT workspace_id, limit_name, $4, bucket_start, sent FROM limit_count
WHERE workspace_id = $1 AND limit_name = $2 AND subject = $3
ON CONFLICT (workspace_id, limit_name, subject, bucket_start) DO UPDATE SET sent = limit_count.sent + excluded.sent
