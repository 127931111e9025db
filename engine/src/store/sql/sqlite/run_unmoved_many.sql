-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- Runs that nobody has moved since they were read; nobody can until this transaction ends.
-- In: workspace_id, id, version, epoch
SELECT json_group_array(json_array(r.id)) AS packed
FROM jsonb_each(?) AS j
CROSS JOIN run r WHERE r.workspace_id = j.value ->> 0 AND r.id = j.value ->> 1 AND r.version = j.value ->> 2 AND r.epoch = j.value ->> 3
