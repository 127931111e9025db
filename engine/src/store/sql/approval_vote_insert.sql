-- A yes for one text.  $1 workspace  $2 approval  $3 rep  $4 name  $5 draft version  $6 SHA-256  $7 now
INSERT INTO approval_vote (workspace_id, approval_id, rep_id, rep_name, draft_version, content_sha256, at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
