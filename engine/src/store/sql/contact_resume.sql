-- Let the AI answer a contact again.  $1 workspace  $2 id
UPDATE contact SET ai_paused = FALSE, ai_pause_reason = NULL, ai_paused_by = NULL, ai_paused_at = NULL,
    ai_paused_until = NULL, version = version + 1
WHERE workspace_id = $1 AND id = $2 AND ai_paused
