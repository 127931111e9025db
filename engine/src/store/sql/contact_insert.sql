-- Add a contact.  $1 workspace  $2 id  $3 name  $4 company  $5 now
INSERT INTO contact (workspace_id, id, name, company, ai_paused, inbound_count, created_at, version)
VALUES ($1, $2, $3, $4, FALSE, 0, $5, 1)
