-- Pending approvals, those first that are over soonest, after a time; so many.
-- $1 workspace  $2 and $3 after this time and id  $4 so many
SELECT * FROM approval WHERE workspace_id = $1 AND state = 'pending' AND (lasts_until, id) > ($2, $3)
ORDER BY lasts_until, id LIMIT $4
