-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Where drafts stand.
-- In: workspace_id, id, status, now
UPDATE draft SET status = j.status, updated_at = j.now
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    AS j (workspace_id, id, status, now)
WHERE draft.workspace_id = j.workspace_id AND draft.id = j.id
