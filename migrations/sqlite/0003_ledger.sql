-- The ledger: decisions sealed in blocks, each over the one before, so that a changed byte is found.

CREATE TABLE ledger_block (
    workspace_id    TEXT NOT NULL,
    seq             INTEGER NOT NULL,
    previous_sha256 TEXT NOT NULL,
    sha256          TEXT NOT NULL,
    entries         TEXT NOT NULL,
    last_at         INTEGER NOT NULL,
    last_id         TEXT NOT NULL,
    sealed_at       INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, seq)
) STRICT;
