-- Files that people send along, kept until they are: what nobody has sent after a day goes.
-- What came in with a mail is not here: it stays in the mail (`raw_event`), byte for byte.
CREATE TABLE attachment (
    workspace_id TEXT NOT NULL REFERENCES workspace (id),
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    media_type   TEXT NOT NULL,
    size         BIGINT NOT NULL,
    sha256       TEXT NOT NULL,
    bytes        BYTEA NOT NULL,
    used         BOOLEAN NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX attachment_unused ON attachment (created_at, id) WHERE NOT used;

-- The files of a draft, in order: a JSON array of their id, name, type, size and SHA-256.
ALTER TABLE draft ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';
