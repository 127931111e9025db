-- Contacts as a list shows them: who wrote for the first time most recently comes first.
CREATE INDEX contact_recent ON contact (workspace_id, created_at, id);
