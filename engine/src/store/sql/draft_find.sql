-- Drafts that pass filters, latest first, down to one. An id tells the order in which they were made.
-- $1 workspace  $2 before this id  $3 down to this id  $4 limit  $5 statuses  $6 kind of author  $7 author  $8 from this time on
SELECT d.* FROM draft d WHERE d.workspace_id = $1 AND d.id < $2 AND d.id >= $3
    AND ($5 = '' OR REPLACE(',' || $5 || ',', ',' || d.status || ',', '') <> ',' || $5 || ',')
    AND ($6 = '' OR d.author_kind = $6) AND ($7 = '' OR d.author_id = $7) AND d.created_at >= $8
ORDER BY d.id DESC LIMIT $4
