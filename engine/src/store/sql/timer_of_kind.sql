-- The timers of a kind; used for sweeps, of which there are few.  $1 workspace  $2 kind
SELECT workspace_id, kind, subject_id, due_at, data FROM timer WHERE workspace_id = $1 AND kind = $2 ORDER BY subject_id
