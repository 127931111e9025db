-- Differs because SQLite's writer takes the rows of a set one by one.
-- What limits have counted so far, and whether a run waits before each.
-- In: place, workspace_id, limit_name, subject, bucket_start
SELECT ?1 AS place,
    COALESCE((SELECT l.sent FROM limit_count l WHERE l.workspace_id = ?2 AND l.limit_name = ?3
        AND l.subject = ?4 AND l.bucket_start = ?5), 0) AS sent,
    EXISTS (SELECT 1 FROM limit_wait w WHERE w.workspace_id = ?2 AND w.limit_name = ?3
        AND w.subject = ?4) AS waits
