-- Differs because SQLite has one process, which fires each timer once anyway.  $1 now  $2 limit
SELECT workspace_id, kind, subject_id, due_at, data FROM timer WHERE due_at <= $1 ORDER BY due_at LIMIT $2
