-- Differs because on SQLite giving back what a statement changed costs a table of its own for each row.
-- How the conversation stands now. Asked for each row that was changed, with the same parameters.
-- In: workspace_id, id, preview, now
SELECT workspace_id, id, channel_id, channel_kind, contact_id, subject, status, preview, revision, ai_turns, human_active,
    requires_action, team, person, priority, sla_at, last_inbound_at, last_activity_at, created_at, version, snoozed_until
FROM conversation WHERE workspace_id = ?1 AND id = ?2
