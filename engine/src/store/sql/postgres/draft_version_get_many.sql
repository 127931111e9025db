-- Differs because PostgreSQL takes a set as arrays: one a column.
-- These rows of `draft_version`.
-- In: workspace_id, draft_id, version
SELECT v.draft_id, v.version, v.subject, v.body_text, v.content_sha256
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS j (workspace_id, draft_id, version)
CROSS JOIN draft_version v WHERE v.workspace_id = j.workspace_id AND v.draft_id = j.draft_id AND v.version = j.version
