-- The files of drafts by value: the original may change or vanish. `draft.files` are their ids, a
-- JSON array. A file that no draft has is kept for a day, counted from `kept_at`: what was sent or
-- discarded a moment ago can be taken back with it.
CREATE TABLE draft_file (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  digest TEXT NOT NULL,             -- SHA-256, hexadecimal
  kept_at REAL NOT NULL,
  data BLOB NOT NULL
);
ALTER TABLE draft ADD COLUMN sender TEXT NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
ALTER TABLE draft ADD COLUMN writing TEXT NOT NULL DEFAULT 'new';
ALTER TABLE draft ADD COLUMN forward_of INTEGER;
ALTER TABLE draft ADD COLUMN format TEXT NOT NULL DEFAULT 'text';
ALTER TABLE draft ADD COLUMN asks_receipt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN asks_report INTEGER NOT NULL DEFAULT 0;
