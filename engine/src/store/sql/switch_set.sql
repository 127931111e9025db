-- Flip a switch.  $1 workspace  $2 name  $3 on  $4 reason  $5 by  $6 now
INSERT INTO switch (workspace_id, name, is_on, reason, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace_id, name) DO UPDATE SET is_on = excluded.is_on, reason = excluded.reason,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at
