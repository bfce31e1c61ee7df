-- What was chosen for a folder in place of the settings; NULL: as the settings say.
CREATE TABLE folder_setting (
  folder_id INTEGER PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
  sort TEXT,
  conversations INTEGER,
  columns TEXT,                     -- JSON array
  notify INTEGER
);

-- When a folder was last opened, and when the user last moved mail into it; NULL for never.
CREATE TABLE folder_use (
  folder_id INTEGER PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
  opened_at REAL,
  filed_at REAL
);

-- Where the user moved the mail of a sender: what the picker offers first next time.
CREATE TABLE filing (
  id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  sender TEXT NOT NULL,             -- mailbox@host in lower case
  folder_id INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
  messages INTEGER NOT NULL,
  filed_at REAL NOT NULL
);
CREATE UNIQUE INDEX filing_sender ON filing (account_id, sender, folder_id);
CREATE INDEX filing_folder ON filing (folder_id);
