-- Teams of people, who looks at what, settings of a workspace, and conversations that were merged.

-- A policy routes to a team by its name; `conversation.team` holds that name.
CREATE TABLE team (
    workspace_id TEXT NOT NULL REFERENCES workspace (id) DEFERRABLE INITIALLY DEFERRED,
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    version      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, name)
) STRICT;

CREATE TABLE team_member (
    workspace_id TEXT NOT NULL,
    team_id      TEXT NOT NULL,
    rep_id       TEXT NOT NULL,
    PRIMARY KEY (workspace_id, team_id, rep_id),
    FOREIGN KEY (workspace_id, team_id) REFERENCES team (workspace_id, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Who is looking at or writing in a conversation, until a time; what has run out is nobody's.
CREATE TABLE presence (
    workspace_id    TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    rep_id          TEXT NOT NULL,
    doing           TEXT NOT NULL CHECK (doing IN ('viewing', 'typing', 'editing_draft')),
    until_at        INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, rep_id),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX presence_of_rep ON presence (workspace_id, rep_id, until_at);

-- What a workspace may set; where it has no row, nothing was set. `sign_in` is JSON, its secret sealed by the server's key.
CREATE TABLE workspace_setting (
    workspace_id TEXT NOT NULL PRIMARY KEY REFERENCES workspace (id) DEFERRABLE INITIALLY DEFERRED,
    event_days   INTEGER NOT NULL,
    sign_in      TEXT,
    version      INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL
) STRICT;

-- Somebody on the way to the provider that says who they are, and back: good once, and not for long.
CREATE TABLE sign_in_begun (
    state_sha256   TEXT NOT NULL PRIMARY KEY,
    workspace_id   TEXT NOT NULL REFERENCES workspace (id) DEFERRABLE INITIALLY DEFERRED,
    browser_sha256 TEXT NOT NULL,
    nonce          TEXT NOT NULL,
    verifier       TEXT NOT NULL,
    return_to      TEXT NOT NULL,
    ends_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_begun_old ON sign_in_begun (ends_at);

-- Who a provider says that somebody is: by its name for them and never by a mail address, which may change hands.
CREATE TABLE sign_in_identity (
    workspace_id TEXT NOT NULL,
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    rep_id       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, issuer, subject),
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- A conversation that is no more: all that was in it is in another.
CREATE TABLE conversation_gone (
    workspace_id    TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    into_id         TEXT NOT NULL,
    by_name         TEXT NOT NULL,
    at              INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id),
    FOREIGN KEY (workspace_id, into_id) REFERENCES conversation (workspace_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX conversation_gone_into ON conversation_gone (workspace_id, into_id, conversation_id);

-- What is erased with a contact: what was merged into it, and what it would take to undo that.
CREATE INDEX contact_gone_into ON contact_gone (workspace_id, into_id, contact_id) WHERE into_id IS NOT NULL;
CREATE INDEX audit_of_subject ON audit (workspace_id, subject, id);

ALTER TABLE note ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE note ADD COLUMN edited_at INTEGER;
ALTER TABLE note ADD COLUMN deleted_at INTEGER;
