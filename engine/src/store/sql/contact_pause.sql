-- Pause the AI for a contact. A later end wins over an earlier one; null means until resumed.
-- $1 workspace  $2 id  $3 reason  $4 by  $5 now  $6 until or null
UPDATE contact SET ai_paused = TRUE, ai_pause_reason = $3, ai_paused_by = $4, ai_paused_at = $5,
    ai_paused_until = $6, version = version + 1
WHERE workspace_id = $1 AND id = $2
