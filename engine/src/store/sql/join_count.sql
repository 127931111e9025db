-- The messages of a conversation in the order in which they came, far above the numbers that they have.
-- $1 workspace  $2 conversation
UPDATE message SET seq = j.place + 1000000000 FROM (SELECT id AS of_message, ROW_NUMBER() OVER (ORDER BY created_at, id) AS place
    FROM message WHERE workspace_id = $1 AND conversation_id = $2) j
WHERE message.workspace_id = $1 AND message.id = j.of_message
