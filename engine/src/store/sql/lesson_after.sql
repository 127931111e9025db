-- When people said so, after a time.  $1 workspace  $2 after  $3 most
SELECT labelled_at FROM label
WHERE workspace_id = $1 AND right_intent IS NOT NULL AND labelled_at > $2 ORDER BY labelled_at LIMIT $3
