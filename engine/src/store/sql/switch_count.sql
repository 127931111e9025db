-- A switch was flipped: every send that begins now looks again.  $1 workspace
UPDATE switch SET flips = flips + 1 WHERE workspace_id = $1 AND name = 'kill_switch'
