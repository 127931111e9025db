-- Somebody answered: nothing is owed any more.  $1 workspace  $2 id
UPDATE conversation SET sla_at = NULL, version = version + 1 WHERE workspace_id = $1 AND id = $2 AND sla_at IS NOT NULL
