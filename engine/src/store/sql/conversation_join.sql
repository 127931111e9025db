-- A conversation after it took in another.  $1 workspace  $2 id  $3 subject  $4 status  $5 preview  $6 revision  $7 turns of
-- the AI  $8 a person writes  $9 team  $10 person  $11 priority  $12 due  $13 last inbound  $14 last activity  $15 began
-- $16 snoozed until
UPDATE conversation SET subject = $3, status = $4, preview = $5, revision = $6, ai_turns = $7, human_active = $8, team = $9,
    person = $10, priority = $11, sla_at = $12, last_inbound_at = $13, last_activity_at = $14, created_at = $15,
    snoozed_until = $16, last_author = (SELECT m.author_kind FROM message m
        WHERE m.workspace_id = $1 AND m.conversation_id = $2 ORDER BY m.seq DESC LIMIT 1) WHERE workspace_id = $1 AND id = $2
