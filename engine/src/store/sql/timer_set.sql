-- Something happens at a time.  $1 workspace  $2 kind  $3 subject  $4 due  $5 data
INSERT INTO timer (workspace_id, kind, subject_id, due_at, data) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, kind, subject_id)
DO UPDATE SET due_at = excluded.due_at, data = excluded.data, lease_until = NULL
