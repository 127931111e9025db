-- Those of one channel kind, which is part of the places between which they are.  $1 workspace
FROM conversation c WHERE c.workspace_id = $1
