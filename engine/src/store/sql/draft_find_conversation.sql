-- The same in one conversation, of which the latest so many are looked at.
-- $1 workspace  $2 before this id  $3 so many  $4 limit  $5 statuses  $6 kind of author  $7 author  $8 from this time on
-- $9 conversation
SELECT c.* FROM (SELECT * FROM draft WHERE workspace_id = $1 AND conversation_id = $9
        ORDER BY created_at DESC, id DESC LIMIT $3) c
WHERE c.id < $2
    AND ($5 = '' OR REPLACE(',' || $5 || ',', ',' || c.status || ',', '') <> ',' || $5 || ',')
    AND ($6 = '' OR c.author_kind = $6) AND ($7 = '' OR c.author_id = $7) AND c.created_at >= $8
ORDER BY c.id DESC LIMIT $4
