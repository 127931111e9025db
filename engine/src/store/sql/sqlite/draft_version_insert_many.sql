-- Differs because SQLite takes a set as JSON: one array a row.
-- Keep texts of drafts.
-- In: workspace_id, draft_id, version, author, subject, body_text, content_sha256, created_at
INSERT OR FAIL INTO draft_version (workspace_id, draft_id, version, author, subject, body_text, content_sha256, created_at)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6,
    j.value ->> 7
FROM jsonb_each(?) AS j
