-- Drafts of the latest calls of language models, and whom they are for, the latest first.
-- $1 workspace  $2 before the call of this id  $3 since  $4 most calls
SELECT draft.body_text, draft.source, conversation.contact_id
FROM (SELECT workspace_id, run_id, purpose, created_at, id FROM model_call
      WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $4) AS page
JOIN run ON run.workspace_id = page.workspace_id AND run.id = page.run_id
JOIN draft ON draft.workspace_id = run.workspace_id AND draft.id = run.draft_id
JOIN conversation ON conversation.workspace_id = draft.workspace_id AND conversation.id = draft.conversation_id
WHERE page.purpose = 'draft' AND page.created_at >= $3 ORDER BY page.id DESC
