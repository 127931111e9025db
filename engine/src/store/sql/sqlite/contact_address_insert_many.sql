-- Differs because SQLite's writer takes the rows of a set one by one.
-- Give contacts their addresses. No row: somebody else has just taken it.
-- In: workspace_id, kind, address, contact_id
INSERT OR FAIL INTO contact_address (workspace_id, kind, address, contact_id)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (workspace_id, kind, address) DO NOTHING
