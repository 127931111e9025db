-- Keep a file.  $1 workspace  $2 id  $3 name  $4 media type  $5 size  $6 SHA-256  $7 bytes  $8 by whom  $9 now
INSERT INTO attachment (workspace_id, id, name, media_type, size, sha256, bytes, used, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, $8, $9)
