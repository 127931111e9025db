-- Differs because on SQLite giving back what a statement changed costs a table of its own for each row.
-- Which event was not here yet. Asked for each row that was changed, with the same parameters.
-- In: workspace_id, id, channel_id, dedupe_key, content_type, source, bytes, warnings, message_id, received_at
SELECT ?2 AS id
