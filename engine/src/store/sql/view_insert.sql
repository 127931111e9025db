-- Keep a filter.  $1 workspace  $2 id  $3 owner  $4 name  $5 shared  $6 filter  $7 now
INSERT INTO saved_view (workspace_id, id, owner_id, name, shared, filter, version, created_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7)
