-- Differs because SQLite takes a set as JSON: one array a row.
-- Add drafts.
-- In: workspace_id, id, conversation_id, message_id, run_id, author_kind, subject, body_text, content_sha256, source,
-- base_revision, created_at
INSERT OR FAIL INTO draft (workspace_id, id, conversation_id, message_id, run_id, author_kind, subject, body_text, content_sha256, source,
    base_revision, created_at, status, version, updated_at)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6,
    j.value ->> 7, j.value ->> 8, j.value ->> 9, j.value ->> 10, j.value ->> 11, 'open', 1, j.value ->> 11
FROM jsonb_each(?) AS j
