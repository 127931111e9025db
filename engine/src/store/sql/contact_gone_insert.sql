-- A contact is no more by itself.  $1 workspace  $2 contact  $3 how  $4 into  $5 by whom  $6 now
INSERT INTO contact_gone (workspace_id, contact_id, how, into_id, by_name, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace_id, contact_id) DO UPDATE SET how = excluded.how, into_id = excluded.into_id,
    by_name = excluded.by_name, at = excluded.at
