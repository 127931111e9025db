-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- What limits have counted so far.
-- In: place, workspace_id, limit_name, subject, bucket_start
SELECT json_group_array(json_array(j.value ->> 0, l.sent)) AS packed
FROM jsonb_each(?) AS j
CROSS JOIN limit_count l
WHERE l.workspace_id = j.value ->> 1 AND l.limit_name = j.value ->> 2 AND l.subject = j.value ->> 3
    AND l.bucket_start = j.value ->> 4
