-- Nobody is in a team.  $1 workspace  $2 team
DELETE FROM team_member WHERE workspace_id = $1 AND team_id = $2
