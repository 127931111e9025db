-- Contacts that are no more by themselves: merged into another, or erased. Their rows stay, for what refers to them.
CREATE TABLE contact_gone (
    workspace_id TEXT NOT NULL,
    contact_id   TEXT NOT NULL,
    how          TEXT NOT NULL CHECK (how IN ('merged', 'erased')),
    into_id      TEXT,
    by_name      TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, contact_id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id)
);

-- What a sealed decision hashed to before words of a contact were taken out of it.
CREATE TABLE decision_erased (
    workspace_id TEXT NOT NULL,
    decision_id  TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, decision_id),
    FOREIGN KEY (workspace_id, decision_id) REFERENCES decision (workspace_id, id)
);
CREATE INDEX approval_of_run ON approval (workspace_id, run_id, id);

-- Who did what that changes who may do what, or cannot be seen anywhere else; append only. `data` is what it takes to undo it.
CREATE TABLE audit (
    workspace_id  TEXT NOT NULL,
    id            TEXT NOT NULL,
    actor_id      TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    credential    TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    action        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    data          TEXT NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX audit_recent ON audit (workspace_id, at, id);
CREATE INDEX audit_of_actor ON audit (workspace_id, actor_id, at, id);
