-- Contacts of all workspaces in the order of their keys.  $1 and $2 after this workspace and id  $3 limit
SELECT workspace_id, id FROM contact WHERE (workspace_id, id) > ($1, $2) ORDER BY workspace_id, id LIMIT $3
