-- The tree has two sides as messages have. `path`, `delimiter`, `role`, `selectable`, `subscribed`,
-- `listed` and `has_mail` are the server's; `shown_path`, `name`, `shown`, `shown_subscribed` and
-- `unconfirmed` are what the user sees, and are written by the fold alone.
ALTER TABLE folder ADD COLUMN listed INTEGER NOT NULL DEFAULT 1;  -- the server has it
ALTER TABLE folder ADD COLUMN has_mail INTEGER NOT NULL DEFAULT 1;
ALTER TABLE folder ADD COLUMN shown_path TEXT NOT NULL DEFAULT '';
ALTER TABLE folder ADD COLUMN shown_subscribed INTEGER NOT NULL DEFAULT 1;
ALTER TABLE folder ADD COLUMN unconfirmed INTEGER NOT NULL DEFAULT 0;
-- Why a folder is not shown was not kept; the next listing tells.
UPDATE folder SET shown_path = path, shown_subscribed = subscribed,
  listed = shown OR NOT (subscribed OR role IS NOT NULL);

DROP VIEW folder_row;
CREATE VIEW folder_row AS
SELECT
  id, account_id, path, name, delimiter, role, selectable, shown_subscribed AS subscribed, shown,
  total, unread, uidvalidity, uidnext, highestmodseq, exists_count, synced_low, checked_at, error,
  beyond,
  -- A mark on the whole folder covers what is on the server alone too.
  iif(beyond_unread > 0 AND EXISTS (SELECT 1 FROM intent WHERE intent.folder_id = folder.id
    AND kind = 'mark read' AND state IN ('queued', 'running', 'uncertain')
    AND json_extract(args, '$.uid_below') >= coalesce(synced_low, 0)), 0, beyond_unread)
    AS shown_beyond_unread,
  beyond_unread, shown_path, listed, unconfirmed
FROM folder;
