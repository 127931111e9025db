-- Life after the first decision: what people do with drafts, what waits for a time, and the order in which limits let go.

-- Who wrote what the run sends: the AI agent, or a rep. Only the AI's runs are one per inbound message.
ALTER TABLE run ADD COLUMN author_kind TEXT NOT NULL DEFAULT 'ai_agent' CHECK (author_kind IN ('ai_agent', 'rep'));
ALTER TABLE run ADD COLUMN instruction TEXT;
CREATE UNIQUE INDEX run_of_message ON run (workspace_id, message_id) WHERE author_kind = 'ai_agent';

-- The rep who wrote it, where it was one.
ALTER TABLE draft ADD COLUMN author_id TEXT;
ALTER TABLE draft ADD COLUMN author_name TEXT;

-- What a yes is bound to besides the text: how many people it takes, to whom it goes, and the state of the thread.
ALTER TABLE approval ADD COLUMN people BIGINT NOT NULL DEFAULT 1;
ALTER TABLE approval ADD COLUMN to_address TEXT NOT NULL DEFAULT '';
ALTER TABLE approval ADD COLUMN base_revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE approval ADD COLUMN reminded_at BIGINT;
ALTER TABLE approval ADD COLUMN claimed_by TEXT;
ALTER TABLE approval ADD COLUMN claimed_name TEXT;
ALTER TABLE approval ADD COLUMN claimed_until BIGINT;
CREATE INDEX approval_claimed ON approval (workspace_id, claimed_by, created_at, id)
    WHERE state = 'pending' AND claimed_by IS NOT NULL;

-- Each yes to an approval, for the text it was given for.
CREATE TABLE approval_vote (
    workspace_id   TEXT NOT NULL,
    approval_id    TEXT NOT NULL,
    rep_id         TEXT NOT NULL,
    rep_name       TEXT NOT NULL,
    draft_version  BIGINT NOT NULL,
    content_sha256 TEXT NOT NULL,
    at             BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, approval_id, rep_id, draft_version),
    FOREIGN KEY (workspace_id, approval_id) REFERENCES approval (workspace_id, id)
);

-- When a snoozed conversation comes back; means something only while its status is `snoozed`.
ALTER TABLE conversation ADD COLUMN snoozed_until BIGINT;

-- What happens at a time: one row for each subject and kind; the later setting wins.
CREATE TABLE timer (
    workspace_id TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('remind_approval', 'sla', 'wake', 'sweep')),
    subject_id   TEXT NOT NULL,
    due_at       BIGINT NOT NULL,
    data         TEXT NOT NULL,
    lease_until  BIGINT,
    PRIMARY KEY (workspace_id, kind, subject_id)
);
CREATE INDEX timer_due ON timer (due_at);

-- Runs that are held, before each limit that will count them: who came first goes first when the time comes.
CREATE TABLE limit_wait (
    workspace_id TEXT NOT NULL,
    limit_name   TEXT NOT NULL,
    subject      TEXT NOT NULL,
    run_id       TEXT NOT NULL,
    PRIMARY KEY (workspace_id, limit_name, subject, run_id),
    FOREIGN KEY (workspace_id, run_id) REFERENCES run (workspace_id, id)
);
CREATE INDEX limit_wait_of_run ON limit_wait (workspace_id, run_id);

-- Flips of any switch, counted on the row of `kill_switch`, which every send holds while it begins.
ALTER TABLE switch ADD COLUMN flips BIGINT NOT NULL DEFAULT 0;

-- Reps named in a note.
CREATE TABLE mention (
    workspace_id    TEXT NOT NULL,
    note_id         TEXT NOT NULL,
    rep_id          TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, note_id, rep_id),
    FOREIGN KEY (workspace_id, note_id) REFERENCES note (workspace_id, id),
    FOREIGN KEY (workspace_id, rep_id) REFERENCES rep (workspace_id, id)
);
CREATE INDEX mention_of_rep ON mention (workspace_id, rep_id, created_at, note_id);
