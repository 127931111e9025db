-- Differs because SQLite has one writer and needs no row locks.
-- What must still be true when the send begins.  $1 workspace  $2 conversation  $3 contact
SELECT c.revision, c.human_active, k.ai_paused, k.ai_paused_until, k.opted_out_at, h.status AS channel_status,
    h.email_warmup,
    (SELECT digest FROM policy_active p WHERE p.workspace_id = $1) AS policy_digest,
    COALESCE((SELECT is_on FROM switch s WHERE s.workspace_id = $1 AND s.name = 'kill_switch'), FALSE) AS kill_switch,
    COALESCE((SELECT flips FROM switch s WHERE s.workspace_id = $1 AND s.name = 'kill_switch'), 0) AS flips
FROM conversation c JOIN contact k ON k.workspace_id = c.workspace_id AND k.id = $3
JOIN channel h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id
WHERE c.workspace_id = $1 AND c.id = $2
