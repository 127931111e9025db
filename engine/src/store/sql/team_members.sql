-- Who is in a team; a team has few.  $1 workspace  $2 team
SELECT r.id, r.name FROM team_member m CROSS JOIN rep r WHERE m.workspace_id = $1 AND m.team_id = $2
    AND r.workspace_id = m.workspace_id AND r.id = m.rep_id ORDER BY r.id
