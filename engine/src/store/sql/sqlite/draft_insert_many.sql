-- Differs because SQLite's writer takes the rows of a set one by one.
-- Add drafts.
-- In: workspace_id, id, conversation_id, message_id, run_id, author_kind, subject, body_text, content_sha256, source,
-- base_revision, created_at
INSERT OR FAIL INTO draft (workspace_id, id, conversation_id, message_id, run_id, author_kind, subject, body_text, content_sha256, source,
    base_revision, created_at, status, version, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
    ?8, ?9, ?10, ?11, ?12, 'open', 1, ?12)
