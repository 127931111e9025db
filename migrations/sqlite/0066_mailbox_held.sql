-- Which process reads a mailbox, and until when that is believed.
ALTER TABLE mailbox ADD COLUMN held_by TEXT NOT NULL DEFAULT '';
ALTER TABLE mailbox ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;
