-- Conversations to choose from: all.  $1 workspace  $5 empty
FROM conversation c WHERE c.workspace_id = $1 AND $5 = ''
