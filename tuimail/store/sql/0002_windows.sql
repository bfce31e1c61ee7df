-- What several processes on one database tell each other.

-- One row for each commit that changed what others show. Never empty once it was written to: the
-- numbers grow, and a process that fell behind the oldest row knows it by a gap.
CREATE TABLE change_log (
  seq INTEGER PRIMARY KEY,
  writer INTEGER NOT NULL,          -- a random number of the process that wrote it
  content TEXT NOT NULL             -- JSON; sets of ids as ranges
);

-- What another process is asked for: the one whose engine runs.
CREATE TABLE request (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
  folder_id INTEGER,
  message_key INTEGER,
  section TEXT,
  state TEXT NOT NULL,
  changed_at REAL NOT NULL,
  problems TEXT NOT NULL DEFAULT '[]',      -- JSON array of notices
  needs_sign_in INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX request_open ON request (id) WHERE state = 'open';

-- How the running engine is doing; empty when none runs.
CREATE TABLE engine_status (
  account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  content TEXT NOT NULL             -- JSON
);
