-- Differs because PostgreSQL takes a set as arrays: one a column.
-- What limits have counted so far.
-- In: place, workspace_id, limit_name, subject, bucket_start
SELECT j.place AS place, l.sent
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
    AS j (place, workspace_id, limit_name, subject, bucket_start)
CROSS JOIN limit_count l
WHERE l.workspace_id = j.workspace_id AND l.limit_name = j.limit_name AND l.subject = j.subject
    AND l.bucket_start = j.bucket_start
