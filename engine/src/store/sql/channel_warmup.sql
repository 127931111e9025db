-- Whether the mailbox is new.  $1 workspace  $2 id  $3 yes or no
UPDATE channel SET email_warmup = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2
