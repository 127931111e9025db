-- Differs because SQLite takes a set as JSON: one array a row.
-- Add messages.
-- In: workspace_id, id, conversation_id, seq, direction, channel_kind, kind, automated, author_kind, author_id,
-- author_name, from_address, to_address, subject, body_text, full_text, body_html, attachments, external_id,
-- reply_refs, language, status, raw_event_id, draft_id, occurred_at, created_at
INSERT OR FAIL INTO message (workspace_id, id, conversation_id, seq, direction, channel_kind, kind, automated, author_kind, author_id,
    author_name, from_address, to_address, subject, body_text, full_text, body_html, attachments, external_id,
    reply_refs, language, status, raw_event_id, draft_id, occurred_at, created_at)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6,
    j.value ->> 7, j.value ->> 8, j.value ->> 9, j.value ->> 10, j.value ->> 11, j.value ->> 12,
    j.value ->> 13, j.value ->> 14, j.value ->> 15, j.value ->> 16, j.value ->> 17, j.value ->> 18,
    j.value ->> 19, j.value ->> 20, j.value ->> 21, j.value ->> 22, j.value ->> 23, j.value ->> 24,
    j.value ->> 25
FROM jsonb_each(?) AS j
