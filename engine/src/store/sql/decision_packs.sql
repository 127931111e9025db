-- Blocks of decisions for replay, in order.  $1 workspace  $2 and $3 after this time and block  $4 limit
SELECT seq, last_at, last_id, bytes FROM decision_pack WHERE workspace_id = $1 AND (last_at, seq) > ($2, $3)
ORDER BY last_at, seq LIMIT $4
