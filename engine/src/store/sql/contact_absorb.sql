-- A contact takes in another, if its version is the one that was seen.  $1 workspace  $2 id  $3 version  $4 name  $5 company
-- $6 opted out at  $7 paused  $8 why  $9 by whom  $10 when  $11 until  $12 messages written
-- $13 suppressed
UPDATE contact SET name = $4, company = $5, opted_out_at = $6, ai_paused = $7, ai_pause_reason = $8, ai_paused_by = $9,
    ai_paused_at = $10, ai_paused_until = $11, inbound_count = $12, suppressed = $13,
    version = version + 1
WHERE workspace_id = $1 AND id = $2 AND version = $3
