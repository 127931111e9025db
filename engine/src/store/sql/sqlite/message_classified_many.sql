-- Differs because SQLite's writer takes the rows of a set one by one.
-- What the classifier found.
-- In: workspace_id, id, intent, confidence, margin, language, classifier
UPDATE OR FAIL message SET intent = ?3, confidence = ?4, margin = ?5,
    language = COALESCE(?6, message.language), classifier = ?7
WHERE message.workspace_id = ?1 AND message.id = ?2
