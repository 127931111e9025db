-- Differs because SQLite's writer takes the rows of a set one by one.
-- Add contacts.
-- In: workspace_id, id, name, company, created_at
INSERT OR FAIL INTO contact (workspace_id, id, name, company, created_at, ai_paused, inbound_count, version)
VALUES (?1, ?2, ?3, ?4, ?5, FALSE, 0, 1)
