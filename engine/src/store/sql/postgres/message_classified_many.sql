-- Differs because PostgreSQL takes a set as arrays: one a column.
-- What the classifier found.
-- In: workspace_id, id, intent, confidence, margin, language, classifier
UPDATE message SET intent = j.intent, confidence = j.confidence, margin = j.margin,
    language = COALESCE(j.language, message.language), classifier = j.classifier
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
    AS j (workspace_id, id, intent, confidence, margin, language, classifier)
WHERE message.workspace_id = j.workspace_id AND message.id = j.id
