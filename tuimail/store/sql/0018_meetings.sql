-- What invitations said when they were read, so that a later one can say what it changes.
CREATE TABLE meeting (
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  uid TEXT NOT NULL,
  recurrence_id TEXT NOT NULL,      -- the one occurrence that is meant, '' for all
  sequence INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  facts TEXT NOT NULL,              -- JSON: title, start, end, place, recurrence
  PRIMARY KEY (account_id, uid, recurrence_id, sequence, cancelled)
) WITHOUT ROWID;

-- How they were answered. An answer that was taken back counts no more: its message in the outbox is
-- cancelled, and the one before it counts again.
CREATE TABLE meeting_answer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  uid TEXT NOT NULL,
  recurrence_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  participation TEXT NOT NULL CHECK (participation IN ('ACCEPTED', 'TENTATIVE', 'DECLINED')),
  answered_at REAL NOT NULL,
  outbox_id INTEGER NOT NULL        -- no foreign key: the answer outlives its message
);
CREATE INDEX meeting_answer_of ON meeting_answer (account_id, uid, recurrence_id);
