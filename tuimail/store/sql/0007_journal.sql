-- What the user did, newest last: what undo and redo go through.
CREATE TABLE journal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  group_id INTEGER NOT NULL,        -- its intents; a redo gives it another
  at REAL NOT NULL,
  words TEXT NOT NULL,
  messages INTEGER NOT NULL,
  content TEXT NOT NULL,            -- JSON: per state before, what was asked of which messages
  state TEXT NOT NULL,
  undone_at REAL
);
CREATE INDEX journal_state ON journal (state, id);
