-- What a key is limited to, as words with spaces between; empty: all that its rep and its kind may.
ALTER TABLE api_key ADD COLUMN scopes TEXT NOT NULL DEFAULT '';
