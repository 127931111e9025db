-- Differs because SQLite takes a set as JSON: one array a row.
-- Give contacts their addresses. No row: somebody else has just taken it.
-- In: workspace_id, kind, address, contact_id
INSERT OR FAIL INTO contact_address (workspace_id, kind, address, contact_id)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3
FROM jsonb_each(?) AS j
WHERE TRUE
ON CONFLICT (workspace_id, kind, address) DO NOTHING
