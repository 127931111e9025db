-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- What limits have counted so far, and whether a run waits before each.
-- In: place, workspace_id, limit_name, subject, bucket_start
SELECT json_group_array(json_array(j.value ->> 0,
    COALESCE((SELECT l.sent FROM limit_count l WHERE l.workspace_id = j.value ->> 1 AND l.limit_name = j.value ->> 2
        AND l.subject = j.value ->> 3 AND l.bucket_start = j.value ->> 4), 0),
    EXISTS (SELECT 1 FROM limit_wait w WHERE w.workspace_id = j.value ->> 1 AND w.limit_name = j.value ->> 2
        AND w.subject = j.value ->> 3))) AS packed
FROM jsonb_each(?) AS j
