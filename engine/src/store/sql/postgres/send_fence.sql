-- Differs because several writers run at once: the rows are held until the send is claimed.
-- What must still be true when the send begins.  $1 workspace  $2 conversation  $3 contact
SELECT c.revision, c.human_active, k.ai_paused, k.ai_paused_until, k.opted_out_at, h.status AS channel_status,
    h.email_warmup, p.digest AS policy_digest, s.is_on AS kill_switch, s.flips
FROM conversation c JOIN contact k ON k.workspace_id = c.workspace_id AND k.id = $3
JOIN channel h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id
JOIN policy_active p ON p.workspace_id = c.workspace_id
JOIN switch s ON s.workspace_id = c.workspace_id AND s.name = 'kill_switch'
WHERE c.workspace_id = $1 AND c.id = $2
FOR SHARE OF c, k, h, p, s
