-- Keep who did what.  $1 workspace  $2 id  $3 actor  $4 name  $5 credential  $6 its id  $7 action  $8 subject  $9 data  $10 now
INSERT INTO audit (workspace_id, id, actor_id, actor_name, credential, credential_id, action, subject, data, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
