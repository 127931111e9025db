-- The classifier of a policy, trained anew: with what people said, kept so that it can be trained again to the bit.
CREATE TABLE training (
    workspace_id  TEXT NOT NULL,
    policy_digest TEXT NOT NULL,
    model         TEXT NOT NULL,
    learned_until INTEGER NOT NULL,
    lessons       TEXT NOT NULL,
    trained_at    INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, policy_digest)
) STRICT;
