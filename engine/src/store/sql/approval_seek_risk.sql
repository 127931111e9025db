-- Pending approvals, the highest risk first, those of one risk as they were asked, after a place; so many.
-- $1 workspace  $2 and $3 after this place and id  $4 so many
SELECT * FROM approval WHERE workspace_id = $1 AND state = 'pending' AND (ease, id) > ($2, $3) ORDER BY ease, id LIMIT $4
