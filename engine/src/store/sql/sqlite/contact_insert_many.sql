-- Differs because SQLite takes a set as JSON: one array a row.
-- Add contacts.
-- In: workspace_id, id, name, company, created_at
INSERT OR FAIL INTO contact (workspace_id, id, name, company, created_at, ai_paused, inbound_count, version)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, FALSE, 0, 1
FROM jsonb_each(?) AS j
