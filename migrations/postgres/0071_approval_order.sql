-- The queue in other orders than that of time: the risk tier that the policy saw, its place from the highest tier down (0 where
-- none is known), and until when the question lasts. Only what waits is sorted so.
ALTER TABLE approval ADD COLUMN tier TEXT NOT NULL DEFAULT '';
ALTER TABLE approval ADD COLUMN ease BIGINT NOT NULL DEFAULT 0;
ALTER TABLE approval ADD COLUMN lasts_until BIGINT NOT NULL DEFAULT 9223372036854775807;
UPDATE approval SET lasts_until = expires_at WHERE expires_at IS NOT NULL;
CREATE INDEX approval_by_risk ON approval (workspace_id, ease, id) WHERE state = 'pending';
CREATE INDEX approval_by_expiry ON approval (workspace_id, lasts_until, id) WHERE state = 'pending';
