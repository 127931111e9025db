-- The latest answers of a model after a time, looked for among so many messages.
-- $1 workspace  $2 model  $3 before this id  $4 after this time  $5 most messages  $6 most answers
SELECT intent, confidence, language
FROM (SELECT id, direction, classifier, created_at, intent, confidence, language FROM message
      WHERE workspace_id = $1 AND id < $3 ORDER BY id DESC LIMIT $5) AS page
WHERE direction = 'inbound' AND classifier = $2 AND created_at > $4 ORDER BY id DESC LIMIT $6
