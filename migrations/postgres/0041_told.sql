-- Whom something that a provider told is about, where it is about no message: so that it can be forgotten with them.
ALTER TABLE provider_event ADD COLUMN contact_id TEXT;
CREATE INDEX provider_event_of_contact ON provider_event (workspace_id, contact_id) WHERE contact_id IS NOT NULL;

-- What is old is found without reading what is not.
CREATE INDEX provider_event_old ON provider_event (received_at, id);
CREATE INDEX provider_request_old ON provider_request (received_at);
