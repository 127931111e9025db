-- Differs because PostgreSQL takes a set as arrays: one a column.
-- What limits have counted so far, and whether a run waits before each.
-- In: place, workspace_id, limit_name, subject, bucket_start
SELECT j.place AS place,
    COALESCE((SELECT l.sent FROM limit_count l WHERE l.workspace_id = j.workspace_id AND l.limit_name = j.limit_name
        AND l.subject = j.subject AND l.bucket_start = j.bucket_start), 0) AS sent,
    CASE WHEN EXISTS (SELECT 1 FROM limit_wait w WHERE w.workspace_id = j.workspace_id AND w.limit_name = j.limit_name
        AND w.subject = j.subject) THEN 1::bigint ELSE 0::bigint END AS waits
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
    AS j (place, workspace_id, limit_name, subject, bucket_start)
