-- A kept filter.  $1 workspace  $2 id
SELECT v.id, v.owner_id, r.name AS owner_name, v.name, v.shared, v.filter, v.version, v.created_at
FROM saved_view v CROSS JOIN rep r WHERE r.workspace_id = v.workspace_id AND r.id = v.owner_id
    AND v.workspace_id = $1 AND v.id = $2
