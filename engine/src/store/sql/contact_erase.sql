-- Nothing is left of who a contact is; nobody writes to it any more.  $1 workspace  $2 id  $3 now
UPDATE contact SET name = NULL, company = NULL, opted_out_at = COALESCE(opted_out_at, $3), ai_paused = TRUE,
    ai_pause_reason = 'erased', ai_paused_until = NULL, suppressed = '[]', version = version + 1 WHERE workspace_id = $1 AND id = $2
