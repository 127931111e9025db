-- A file is tried again at a time, if it is still due when it was.  $1 workspace  $2 message  $3 the provider's name of it
-- $4 when it was due  $5 how often it was tried  $6 when it is due
UPDATE media SET tries = $5, due_at = $6 WHERE workspace_id = $1 AND message_id = $2 AND reference = $3 AND due_at = $4
