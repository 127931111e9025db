-- Forget files that nobody has sent.  $1 from before this time  $2 how many at most
DELETE FROM attachment WHERE (workspace_id, id) IN
    (SELECT workspace_id, id FROM attachment WHERE NOT used AND created_at < $1 ORDER BY created_at, id LIMIT $2) AND NOT used
