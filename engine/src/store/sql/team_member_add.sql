-- Somebody is in a team.  $1 workspace  $2 team  $3 rep
INSERT INTO team_member (workspace_id, team_id, rep_id) VALUES ($1, $2, $3) ON CONFLICT (workspace_id, team_id, rep_id) DO NOTHING
