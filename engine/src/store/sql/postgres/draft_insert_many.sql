-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Add drafts.
-- In: workspace_id, id, conversation_id, message_id, run_id, author_kind, subject, body_text, content_sha256, source,
-- base_revision, created_at
INSERT INTO draft (workspace_id, id, conversation_id, message_id, run_id, author_kind, subject, body_text, content_sha256, source,
    base_revision, created_at, status, version, updated_at)
SELECT j.workspace_id, j.id, j.conversation_id, j.message_id, j.run_id, j.author_kind, j.subject, j.body_text,
    j.content_sha256, j.source, j.base_revision, j.created_at, 'open', 1, j.created_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::bigint[], $12::bigint[])
    AS j (workspace_id, id, conversation_id, message_id, run_id, author_kind, subject, body_text, content_sha256, source,
        base_revision, created_at)
