-- Add what people read.  $1 workspace  $2 id  $3 conversation  $4 contact  $5 kind  $6 actor kind  $7 actor name
-- $8 summary  $9 refers to  $10 data  $11 at
INSERT INTO timeline (workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to,
    data, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
