-- Chats that were sent to their visitors by mail: to whom, and up to which message. Each message is sent once.
CREATE TABLE chat_transcript (
    workspace_id    TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    address         TEXT NOT NULL,
    seq             BIGINT NOT NULL,
    sent_at         BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id)
);
