-- Files whose time to be fetched has come, the first ones first.  $1 now  $2 how many at most
SELECT workspace_id, message_id, reference, channel_id, tries, due_at FROM media WHERE due_at <= $1
ORDER BY due_at, workspace_id, message_id, reference LIMIT $2
