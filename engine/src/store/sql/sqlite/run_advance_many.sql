-- Differs because SQLite's writer takes the rows of a set one by one.
-- Move runs on, once each. No row: somebody else moved it, and the caller stops.
-- In: workspace_id, id, version, epoch, stage, attempt, approved, held_since, ready_at, closed_reason, last_error,
-- draft_id, decision_id, release, now
UPDATE OR FAIL run SET stage = ?5, version = run.version + 1, attempt = ?6, approved = ?7, held_since = ?8,
    ready_at = ?9, closed_reason = ?10, last_error = ?11,
    draft_id = COALESCE(?12, run.draft_id), decision_id = COALESCE(?13, run.decision_id), updated_at = ?15
WHERE run.workspace_id = ?1 AND run.id = ?2 AND run.version = ?3 AND run.epoch = ?4
