-- Open a conversation.  $1 workspace  $2 id  $3 channel  $4 channel kind  $5 contact  $6 subject  $7 now
INSERT INTO conversation (workspace_id, id, channel_id, channel_kind, contact_id, subject, status, preview, revision,
    ai_turns, human_active, requires_action, last_activity_at, created_at, version)
VALUES ($1, $2, $3, $4, $5, $6, 'open', '', 0, 0, FALSE, FALSE, $7, $7, 1)
