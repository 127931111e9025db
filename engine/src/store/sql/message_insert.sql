-- Add a message.  $1 workspace  $2 id  $3 conversation  $4 seq  $5 direction  $6 channel kind  $7 kind  $8 automated
-- $9 author kind  $10 author id  $11 author name  $12 from  $13 to  $14 subject  $15 body  $16 full text  $17 html
-- $18 attachments  $19 external id  $20 reply refs  $21 language  $22 status  $23 raw event  $24 draft  $25 occurred  $26 now
INSERT INTO message (workspace_id, id, conversation_id, seq, direction, channel_kind, kind, automated, author_kind,
    author_id, author_name, from_address, to_address, subject, body_text, full_text, body_html, attachments,
    external_id, reply_refs, language, status, raw_event_id, draft_id, occurred_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
    $25, $26)
