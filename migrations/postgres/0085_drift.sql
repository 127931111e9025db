-- What messages were like when a certificate was granted, as JSON: later ones are compared with that.
ALTER TABLE certificate ADD COLUMN traffic TEXT;
