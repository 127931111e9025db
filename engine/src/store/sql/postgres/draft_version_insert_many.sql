-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Keep texts of drafts.
-- In: workspace_id, draft_id, version, author, subject, body_text, content_sha256, created_at
INSERT INTO draft_version (workspace_id, draft_id, version, author, subject, body_text, content_sha256, created_at)
SELECT j.workspace_id, j.draft_id, j.version, j.author, j.subject, j.body_text, j.content_sha256, j.created_at
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
    AS j (workspace_id, draft_id, version, author, subject, body_text, content_sha256, created_at)
