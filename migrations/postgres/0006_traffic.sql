-- Traffic: what decisions read and said, packed for replay; and who put which policy in force, and why it was allowed.

-- One row for each block of the ledger. `bytes` is last, so that counting never reads it.
CREATE TABLE decision_pack (
    workspace_id TEXT NOT NULL,
    seq          BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    last_id      TEXT NOT NULL,
    decisions    BIGINT NOT NULL,
    bytes        BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, seq),
    FOREIGN KEY (workspace_id, seq) REFERENCES ledger_block (workspace_id, seq)
);
CREATE INDEX decision_pack_recent ON decision_pack (workspace_id, last_at, seq);

-- Each time a policy came into force. `acknowledged` is the digest of the version whose difference was acknowledged.
CREATE TABLE policy_activation (
    workspace_id TEXT NOT NULL,
    id           TEXT NOT NULL,
    digest       TEXT NOT NULL,
    previous     TEXT,
    how          TEXT NOT NULL CHECK (how IN ('published', 'rolled_back', 'command_line', 'set_up')),
    by_id        TEXT,
    by_name      TEXT NOT NULL,
    freer        BOOLEAN NOT NULL,
    acknowledged TEXT,
    summary      TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, digest) REFERENCES policy_version (workspace_id, digest)
);
CREATE INDEX policy_activation_recent ON policy_activation (workspace_id, at, id);
CREATE INDEX policy_version_recent ON policy_version (workspace_id, created_at, digest);
