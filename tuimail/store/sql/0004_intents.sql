-- Intents on folders and drafts. `message_key` is 0 in them: keys begin with 1.
ALTER TABLE intent ADD COLUMN folder_id INTEGER;
ALTER TABLE intent ADD COLUMN draft_id INTEGER;
-- JSON, what was known when a command began that cannot be repeated blindly: where to look for it.
ALTER TABLE intent ADD COLUMN baseline TEXT;
CREATE INDEX intent_of_folder ON intent (folder_id, id)
  WHERE folder_id IS NOT NULL AND state IN ('queued', 'running', 'uncertain');
CREATE INDEX intent_of_draft ON intent (draft_id, id)
  WHERE draft_id IS NOT NULL AND state IN ('queued', 'running', 'uncertain');
