-- Networks from which alone a key may be used, with commas between; empty: from everywhere.
ALTER TABLE api_key ADD COLUMN networks TEXT NOT NULL DEFAULT '';
