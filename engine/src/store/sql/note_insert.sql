-- Add an internal note.  $1 workspace  $2 id  $3 conversation  $4 author  $5 author name  $6 body  $7 now
INSERT INTO note (workspace_id, id, conversation_id, author_id, author_name, body_text, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
