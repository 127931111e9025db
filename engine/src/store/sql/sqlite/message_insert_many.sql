-- Differs because SQLite's writer takes the rows of a set one by one.
-- Add messages.
-- In: workspace_id, id, conversation_id, seq, direction, channel_kind, kind, automated, author_kind, author_id,
-- author_name, from_address, to_address, subject, body_text, full_text, body_html, attachments, external_id,
-- reply_refs, language, status, raw_event_id, draft_id, occurred_at, created_at
INSERT OR FAIL INTO message (workspace_id, id, conversation_id, seq, direction, channel_kind, kind, automated, author_kind, author_id,
    author_name, from_address, to_address, subject, body_text, full_text, body_html, attachments, external_id,
    reply_refs, language, status, raw_event_id, draft_id, occurred_at, created_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
    ?8, ?9, ?10, ?11, ?12, ?13,
    ?14, ?15, ?16, ?17, ?18, ?19,
    ?20, ?21, ?22, ?23, ?24, ?25,
    ?26)
