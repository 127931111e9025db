-- Calls of language models: what was asked, what was answered, and what it cost. Enough to ask the same again.

CREATE TABLE model_call (
    workspace_id   TEXT NOT NULL,
    id             TEXT NOT NULL,
    message_id     TEXT NOT NULL,
    run_id         TEXT NOT NULL,
    purpose        TEXT NOT NULL,
    model          TEXT NOT NULL,
    prompt_version TEXT NOT NULL,
    request        TEXT NOT NULL,
    answer         TEXT,
    error          TEXT,
    tokens_in      INTEGER,
    tokens_out     INTEGER,
    cost_micros    INTEGER,
    took_ms        INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, id)
) STRICT;
CREATE INDEX model_call_of_message ON model_call (workspace_id, message_id, id);
