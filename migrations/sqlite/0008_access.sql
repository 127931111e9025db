-- Who gets in: passwords, sessions, links that let somebody choose a password, and what a key may do.

-- A rep who is disabled gets in no more; everything they did stays theirs. `version` counts changes of the row.
ALTER TABLE rep ADD COLUMN disabled_at INTEGER;
ALTER TABLE rep ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- What is kept of a password: argon2id with its parameters and salt. A table of its own, so that no list of reps reads it.
CREATE TABLE rep_password (
    workspace_id TEXT NOT NULL,
    rep_id       TEXT NOT NULL,
    hash         TEXT NOT NULL,
    changed_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, rep_id),
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Browsers that are signed in; only the SHA-256 of a token is kept. A row goes when its session ends.
CREATE TABLE session (
    workspace_id TEXT NOT NULL,
    id           TEXT NOT NULL,
    rep_id       TEXT NOT NULL,
    token_sha256 TEXT NOT NULL UNIQUE,
    browser      TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX session_of_rep ON session (workspace_id, rep_id, created_at, id);

-- Links that are good once: to set a workspace up, or to choose a password (`rep_id` says whose).
CREATE TABLE access_link (
    workspace_id TEXT NOT NULL,
    id           TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('set_up', 'password')),
    rep_id       TEXT,
    token_sha256 TEXT NOT NULL UNIQUE,
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    used_at      INTEGER,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX access_link_of_rep ON access_link (workspace_id, rep_id, kind);

-- A key acts as its rep, with the rep's role or a lesser one. `draft_only` and `ai` keys never put words before a customer.
ALTER TABLE api_key ADD COLUMN kind TEXT NOT NULL DEFAULT 'service' CHECK (kind IN ('service', 'draft_only', 'ai'));
ALTER TABLE api_key ADD COLUMN role TEXT CHECK (role IN ('viewer', 'closer', 'approver', 'manager', 'owner'));
ALTER TABLE api_key ADD COLUMN created_by TEXT;
ALTER TABLE api_key ADD COLUMN ends_at INTEGER;
ALTER TABLE api_key ADD COLUMN seen_at INTEGER;
CREATE INDEX api_key_recent ON api_key (workspace_id, created_at, id);
