-- Differs because on SQLite giving back what a statement changed costs a table of its own for each row.
-- Whose address it is now. Asked for each row that was changed, with the same parameters.
-- In: workspace_id, kind, address, contact_id
SELECT ?4 AS contact_id
