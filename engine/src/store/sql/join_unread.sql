-- What nobody has seen in a conversation, nobody has seen in another.  $1 workspace  $2 from  $3 into
INSERT INTO unread (workspace_id, rep_id, conversation_id, channel_kind, messages, last_activity_at)
SELECT workspace_id, rep_id, $3, channel_kind, messages, last_activity_at FROM unread WHERE workspace_id = $1 AND conversation_id = $2
ON CONFLICT (workspace_id, conversation_id, rep_id) DO UPDATE SET messages = unread.messages + excluded.messages
