-- Requests that are made once: what each was, and what was answered. Rows go after a day.

-- `id` is the SHA-256 of who asked, for which operation, and the key they named; `fingerprint` that of what they asked.
-- `status` and `body` are absent until the answer is known; the row itself was committed with what the request did.
CREATE TABLE request_once (
    workspace_id TEXT NOT NULL,
    id           TEXT NOT NULL,
    fingerprint  TEXT NOT NULL,
    status       INTEGER,
    body         TEXT,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, id)
) STRICT;
CREATE INDEX request_once_old ON request_once (created_at);
