-- How a message goes out is settled when it is queued: the way, what is asked of the servers on it,
-- and whether the user chose the time. `refused` are recipients, with the server's words each.
ALTER TABLE outbox ADD COLUMN via TEXT NOT NULL DEFAULT 'smtp';
ALTER TABLE outbox ADD COLUMN timed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN notify INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN refused TEXT NOT NULL DEFAULT '{}';
ALTER TABLE outbox ADD COLUMN forward_of INTEGER;
ALTER TABLE outbox ADD COLUMN reason TEXT NOT NULL DEFAULT '';
-- Exchange keeps no keywords, so that a message was forwarded is known here alone.
ALTER TABLE message ADD COLUMN forwarded INTEGER NOT NULL DEFAULT 0;
DROP VIEW message_summary;
CREATE VIEW message_summary AS
SELECT
  message.id, message.account_id, shown_folder_id, internaldate, from_text, to_text, subject,
  snippet, flags, keywords || iif(forwarded, ' $Forwarded', '') AS keywords, size, has_attachment,
  thread_id, body, pending, folder.role
FROM message JOIN folder ON folder.id = message.shown_folder_id;
