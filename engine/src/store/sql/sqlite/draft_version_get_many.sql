-- Differs because SQLite takes a set as JSON: one array a row.
-- These rows of `draft_version`.
-- In: workspace_id, draft_id, version
SELECT v.draft_id, v.version, v.subject, v.body_text, v.content_sha256 FROM jsonb_each(?) AS j
CROSS JOIN draft_version v
WHERE v.workspace_id = j.value ->> 0 AND v.draft_id = j.value ->> 1 AND v.version = j.value ->> 2
