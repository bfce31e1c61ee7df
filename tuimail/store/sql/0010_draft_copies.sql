-- What was put into the server's Drafts of a draft, one row for each revision that may be there. A
-- row is written before the APPEND and goes when its message is known to be gone. No foreign key to
-- `draft`: the copy outlives the draft until it is taken out.
CREATE TABLE draft_copy (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  draft_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  folder_id INTEGER NOT NULL,
  revision TEXT NOT NULL,           -- of the draft's text
  message_id TEXT NOT NULL,         -- fixed per revision: by this it is looked for
  uid INTEGER,                      -- NULL: the APPEND was not answered
  uidvalidity INTEGER,
  hidden INTEGER NOT NULL DEFAULT 0 -- replaced or withdrawn; its message is not shown
);
CREATE INDEX draft_copy_draft ON draft_copy (draft_id, id);
CREATE INDEX draft_copy_message ON draft_copy (message_id);
