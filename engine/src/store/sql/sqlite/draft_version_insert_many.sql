-- Differs because SQLite's writer takes the rows of a set one by one.
-- Keep texts of drafts.
-- In: workspace_id, draft_id, version, author, subject, body_text, content_sha256, created_at
INSERT OR FAIL INTO draft_version (workspace_id, draft_id, version, author, subject, body_text, content_sha256, created_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
    ?8)
