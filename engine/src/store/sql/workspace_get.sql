-- One workspace.  $1 id
SELECT id, name, created_at FROM workspace WHERE id = $1
