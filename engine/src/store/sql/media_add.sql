-- A file is to be fetched.  $1 workspace  $2 message  $3 the provider's name of it  $4 channel  $5 now
INSERT INTO media (workspace_id, message_id, reference, channel_id, tries, due_at, created_at)
VALUES ($1, $2, $3, $4, 0, $5, $5) ON CONFLICT (workspace_id, message_id, reference) DO NOTHING
