-- A message went out.  $1 workspace  $2 id  $3 preview  $4 now  $5 one more AI turn (0 or 1)
UPDATE conversation SET revision = revision + 1, preview = $3, ai_turns = ai_turns + $5,
    last_activity_at = CASE WHEN last_activity_at < $4 THEN $4 ELSE last_activity_at END, version = version + 1
WHERE workspace_id = $1 AND id = $2 RETURNING revision
