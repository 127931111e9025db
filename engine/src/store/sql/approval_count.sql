-- How many approvals are pending, up to a number.  $1 workspace  $2 most
SELECT COUNT(*) AS pending FROM (SELECT 1 FROM approval a WHERE a.workspace_id = $1 AND a.state = 'pending' LIMIT $2) page
