-- Differs because SQLite takes a set as JSON: one array a row.
-- What the classifier found.
-- In: workspace_id, id, intent, confidence, margin, language, classifier
UPDATE OR FAIL message SET intent = j.value ->> 2, confidence = j.value ->> 3, margin = j.value ->> 4,
    language = COALESCE(j.value ->> 5, message.language), classifier = j.value ->> 6
FROM jsonb_each(?) AS j
WHERE message.workspace_id = j.value ->> 0 AND message.id = j.value ->> 1
