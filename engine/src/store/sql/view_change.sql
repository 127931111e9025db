-- Change a kept filter, if its version is the one that was seen.  $1 workspace  $2 id  $3 version  $4 name  $5 shared  $6 filter
UPDATE saved_view SET name = $4, shared = $5, filter = $6, version = version + 1
WHERE workspace_id = $1 AND id = $2 AND version = $3
