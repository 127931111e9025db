-- Differs because SQLite takes a set as JSON: one array a row.
-- Where drafts stand.
-- In: workspace_id, id, status, now
UPDATE OR FAIL draft SET status = j.value ->> 2, updated_at = j.value ->> 3
FROM jsonb_each(?) AS j
WHERE draft.workspace_id = j.value ->> 0 AND draft.id = j.value ->> 1
