-- Differs because SQLite takes a set as JSON: one array a row.
-- Move runs on, once each. No row: somebody else moved it, and the caller stops.
-- In: workspace_id, id, version, epoch, stage, attempt, approved, held_since, ready_at, closed_reason, last_error,
-- draft_id, decision_id, release, now
UPDATE OR FAIL run SET stage = j.value ->> 4, version = run.version + 1, attempt = j.value ->> 5, approved = j.value ->> 6, held_since = j.value ->> 7,
    ready_at = j.value ->> 8, closed_reason = j.value ->> 9, last_error = j.value ->> 10,
    draft_id = COALESCE(j.value ->> 11, run.draft_id), decision_id = COALESCE(j.value ->> 12, run.decision_id), updated_at = j.value ->> 14
FROM jsonb_each(?) AS j
WHERE run.workspace_id = j.value ->> 0 AND run.id = j.value ->> 1 AND run.version = j.value ->> 2 AND run.epoch = j.value ->> 3
