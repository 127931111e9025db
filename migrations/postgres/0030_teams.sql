-- Teams of people, who looks at what, settings of a workspace, and conversations that were merged.

-- A policy routes to a team by its name; `conversation.team` holds that name.
CREATE TABLE team (
    workspace_id TEXT NOT NULL REFERENCES workspace (id),
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    version      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, name)
);

CREATE TABLE team_member (
    workspace_id TEXT NOT NULL,
    team_id      TEXT NOT NULL,
    rep_id       TEXT NOT NULL,
    PRIMARY KEY (workspace_id, team_id, rep_id),
    FOREIGN KEY (workspace_id, team_id) REFERENCES team (workspace_id, id),
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id)
);

-- Who is looking at or writing in a conversation, until a time; what has run out is nobody's.
CREATE TABLE presence (
    workspace_id    TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    rep_id          TEXT NOT NULL,
    doing           TEXT NOT NULL CHECK (doing IN ('viewing', 'typing', 'editing_draft')),
    until_at        BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, rep_id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id),
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id)
);
CREATE INDEX presence_of_rep ON presence (workspace_id, rep_id, until_at);

-- What a workspace may set; where it has no row, nothing was set. `sign_in` is JSON, its secret sealed by the server's key.
CREATE TABLE workspace_setting (
    workspace_id TEXT NOT NULL PRIMARY KEY REFERENCES workspace (id),
    event_days   BIGINT NOT NULL,
    sign_in      TEXT,
    version      BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL
);

-- Somebody on the way to the provider that says who they are, and back: good once, and not for long.
CREATE TABLE sign_in_begun (
    state_sha256   TEXT NOT NULL PRIMARY KEY,
    workspace_id   TEXT NOT NULL REFERENCES workspace (id),
    browser_sha256 TEXT NOT NULL,
    nonce          TEXT NOT NULL,
    verifier       TEXT NOT NULL,
    return_to      TEXT NOT NULL,
    ends_at        BIGINT NOT NULL
);
CREATE INDEX sign_in_begun_old ON sign_in_begun (ends_at);

-- Who a provider says that somebody is: by its name for them and never by a mail address, which may change hands.
CREATE TABLE sign_in_identity (
    workspace_id TEXT NOT NULL,
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    rep_id       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, issuer, subject),
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id)
);

-- A conversation that is no more: all that was in it is in another.
CREATE TABLE conversation_gone (
    workspace_id    TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    into_id         TEXT NOT NULL,
    by_name         TEXT NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id),
    FOREIGN KEY (workspace_id, into_id) REFERENCES conversation (workspace_id, id)
);
CREATE INDEX conversation_gone_into ON conversation_gone (workspace_id, into_id, conversation_id);

-- What is erased with a contact: what was merged into it, and what it would take to undo that.
CREATE INDEX contact_gone_into ON contact_gone (workspace_id, into_id, contact_id) WHERE into_id IS NOT NULL;
CREATE INDEX audit_of_subject ON audit (workspace_id, subject, id);

ALTER TABLE note ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE note ADD COLUMN edited_at BIGINT;
ALTER TABLE note ADD COLUMN deleted_at BIGINT;
