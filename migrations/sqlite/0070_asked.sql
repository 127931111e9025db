-- Who asked for the draft that a run works on, after its own work had ended: what it drafts waits for a person, whatever the
-- policy would let go. Null while nobody did.
ALTER TABLE run ADD COLUMN asked_by TEXT;
