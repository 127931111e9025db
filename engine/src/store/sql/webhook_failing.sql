-- Since when every attempt fails; null again after one that did not.  $1 workspace  $2 id  $3 since
UPDATE webhook SET failing_since = $3 WHERE workspace_id = $1 AND id = $2
