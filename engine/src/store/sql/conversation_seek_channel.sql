-- Those of one channel kind.  $1 workspace  $5 channel kind
FROM conversation c WHERE c.workspace_id = $1 AND c.channel_kind = $5
