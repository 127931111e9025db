-- Keep a policy's files.  $1 workspace  $2 digest  $3 name  $4 root  $5 files  $6 now
INSERT INTO policy_version (workspace_id, digest, name, root, files, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace_id, digest) DO NOTHING
