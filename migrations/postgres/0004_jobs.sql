-- The operating side: what failed and why, what processes died over, and the indexes that lists of jobs walk.

-- Every failure of a run; append only. `version` is the run's when it failed.
CREATE TABLE run_error (
    workspace_id TEXT NOT NULL,
    run_id       TEXT NOT NULL,
    version      BIGINT NOT NULL,
    attempt      BIGINT NOT NULL,
    stage        TEXT NOT NULL,
    class        TEXT NOT NULL CHECK (class IN ('transient', 'throttled', 'refused', 'in_doubt', 'fault', 'died',
                     'overloaded')),
    error        TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, run_id, version),
    FOREIGN KEY (workspace_id, run_id) REFERENCES run (workspace_id, id)
);

-- Runs that may have killed the process that worked on them, and how often in a row; gone when one was worked on and the
-- process lived.
CREATE TABLE run_unclean (
    workspace_id TEXT NOT NULL,
    run_id       TEXT NOT NULL,
    times        BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, run_id),
    FOREIGN KEY (workspace_id, run_id) REFERENCES run (workspace_id, id)
);

-- Where one process owns the store: its starts that have not ended in good order.
CREATE TABLE boot (
    id         TEXT NOT NULL PRIMARY KEY,
    started_at BIGINT NOT NULL
);

-- What lists of jobs walk, none of which a message on its way touches.
CREATE INDEX run_at_rest ON run (workspace_id, stage, id)
    WHERE stage IN ('waiting_approval', 'held', 'scheduled', 'failed');
CREATE INDEX run_failed_of_conversation ON run (workspace_id, conversation_id, id) WHERE stage = 'failed';
CREATE INDEX effect_in_doubt ON effect (workspace_id, run_id) WHERE state = 'in_doubt';

-- Empty, unless something went wrong: runs that wait for nobody and for no time.
CREATE INDEX run_forgotten ON run (id)
    WHERE ready_at IS NULL AND stage NOT IN ('waiting_approval', 'sent', 'failed', 'closed');
