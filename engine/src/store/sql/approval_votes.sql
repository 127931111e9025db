-- Every yes to an approval, the first one first; it takes few.  $1 workspace  $2 approval
SELECT rep_id, rep_name, draft_version, content_sha256, at FROM approval_vote
WHERE workspace_id = $1 AND approval_id = $2 ORDER BY at, rep_id
