-- How many were counted.  $1 workspace  $2 limit  $3 subject  $4 start of the bucket
SELECT sent FROM limit_count WHERE workspace_id = $1 AND limit_name = $2 AND subject = $3 AND bucket_start = $4
