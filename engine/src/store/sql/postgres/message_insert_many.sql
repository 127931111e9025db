-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Add messages.
-- In: workspace_id, id, conversation_id, seq, direction, channel_kind, kind, automated, author_kind, author_id,
-- author_name, from_address, to_address, subject, body_text, full_text, body_html, attachments, external_id,
-- reply_refs, language, status, raw_event_id, draft_id, occurred_at, created_at
INSERT INTO message (workspace_id, id, conversation_id, seq, direction, channel_kind, kind, automated, author_kind, author_id,
    author_name, from_address, to_address, subject, body_text, full_text, body_html, attachments, external_id,
    reply_refs, language, status, raw_event_id, draft_id, occurred_at, created_at)
SELECT j.workspace_id, j.id, j.conversation_id, j.seq, j.direction, j.channel_kind, j.kind, j.automated,
    j.author_kind, j.author_id, j.author_name, j.from_address, j.to_address, j.subject, j.body_text,
    j.full_text, j.body_html, j.attachments, j.external_id, j.reply_refs, j.language, j.status, j.raw_event_id,
    j.draft_id, j.occurred_at, j.created_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::text[],
        $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[],
        $18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::text[], $24::text[],
        $25::bigint[], $26::bigint[])
    AS j (workspace_id, id, conversation_id, seq, direction, channel_kind, kind, automated, author_kind, author_id,
        author_name, from_address, to_address, subject, body_text, full_text, body_html, attachments,
        external_id, reply_refs, language, status, raw_event_id, draft_id, occurred_at, created_at)
