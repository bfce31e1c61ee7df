-- Ids are never used twice (AUTOINCREMENT): a key that a screen still holds must not come to mean
-- another message. Times are Unix seconds: INTEGER for mail, REAL for what tuimail did.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- A mailbox that is signed in to; `name` is its label in the settings.
CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE folder (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  path TEXT NOT NULL,               -- as the server spells it, not cleaned: it is sent back
  name TEXT NOT NULL,               -- the last component, clean
  delimiter TEXT,
  role TEXT,
  selectable INTEGER NOT NULL,
  subscribed INTEGER NOT NULL,
  shown INTEGER NOT NULL,           -- 0: not listed any more, not mail, or not subscribed
  total INTEGER NOT NULL DEFAULT 0, -- both counters belong to the triggers below
  unread INTEGER NOT NULL DEFAULT 0,
  uidvalidity INTEGER,
  uidnext INTEGER,
  highestmodseq INTEGER,
  exists_count INTEGER,
  synced_low INTEGER,
  checked_at REAL,
  error TEXT,
  beyond INTEGER NOT NULL DEFAULT 0,        -- on the server below synced_low, not here
  beyond_unread INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, path)
);

-- One message, one row. `folder_id`, `uid`, `server_flags`, `server_keywords` and `state` are the
-- server's side; `shown_folder_id`, `flags`, `keywords` and `pending` are what the user sees, and
-- are written by the fold alone.
CREATE TABLE message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  folder_id INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
  uid INTEGER,                      -- NULL: moved and not seen there yet, or re-pairing, or gone
  located INTEGER NOT NULL,         -- grows with every (folder_id, uid) the server told
  state INTEGER NOT NULL,           -- 0 on the server, 1 gone
  gone_at REAL,
  server_flags INTEGER NOT NULL,
  server_keywords TEXT NOT NULL,    -- sorted, separated by blanks
  shown_folder_id INTEGER REFERENCES folder (id) ON DELETE SET NULL,
  flags INTEGER NOT NULL,
  keywords TEXT NOT NULL,
  seen INTEGER GENERATED ALWAYS AS (flags & 1) VIRTUAL,
  pending INTEGER NOT NULL,
  internaldate INTEGER NOT NULL,    -- 1970 to 2262
  size INTEGER NOT NULL,
  from_text TEXT NOT NULL,
  to_text TEXT NOT NULL,
  subject TEXT NOT NULL,
  snippet TEXT NOT NULL DEFAULT '',
  has_attachment INTEGER NOT NULL,
  body INTEGER NOT NULL DEFAULT 0,  -- 0 absent, 1 partial, 2 complete
  thread_id INTEGER,
  message_id TEXT,
  digest BLOB                       -- of the envelope, where there is no Message-ID
);

-- `shown_folder_id` is NULL for a message that is gone, so the window needs no test of `state`.
CREATE INDEX message_window ON message (shown_folder_id, internaldate DESC, id DESC);
CREATE INDEX message_unread ON message (shown_folder_id, seen);
CREATE UNIQUE INDEX message_uid ON message (folder_id, uid);
CREATE INDEX message_by_message_id ON message (account_id, message_id)
  WHERE message_id IS NOT NULL;
CREATE INDEX message_by_digest ON message (account_id, digest) WHERE digest IS NOT NULL;
CREATE INDEX message_by_thread ON message (thread_id);
CREATE INDEX message_gone ON message (account_id, gone_at) WHERE state = 1;
CREATE INDEX message_without_body ON message (shown_folder_id, internaldate DESC, id DESC)
  WHERE body = 0;

-- What only the reader needs, kept apart so that rows of a list stay small.
CREATE TABLE message_detail (
  message_key INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
  envelope TEXT NOT NULL,           -- JSON
  structure TEXT,                   -- JSON
  refs TEXT NOT NULL                -- JSON array of Message-IDs, oldest first
);

-- The keys of rows that turned out to be another row's message.
CREATE TABLE message_alias (
  alias INTEGER PRIMARY KEY,
  message_key INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE
);
CREATE INDEX message_alias_key ON message_alias (message_key);

-- Octets as fetched, by section of BODY[section]; '' is the whole message.
CREATE TABLE part_body (
  id INTEGER PRIMARY KEY,
  message_key INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
  section TEXT NOT NULL,
  data BLOB NOT NULL
);
CREATE UNIQUE INDEX part_body_section ON part_body (message_key, section);

-- Every Message-ID that was seen or referred to, and its conversation. A conversation is named by
-- the key of the message that began it.
CREATE TABLE thread_link (
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  message_id TEXT NOT NULL,
  thread_id INTEGER NOT NULL,
  PRIMARY KEY (account_id, message_id)
) WITHOUT ROWID;
CREATE INDEX thread_link_thread ON thread_link (thread_id);

CREATE TABLE address (
  id INTEGER PRIMARY KEY,
  folded TEXT NOT NULL UNIQUE,      -- mailbox@host in lower case
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  mailbox TEXT NOT NULL,
  host TEXT NOT NULL,
  written_at INTEGER NOT NULL,      -- last time a message went there, 0 for never
  seen_at INTEGER NOT NULL
);

-- No foreign key to `message`: the record of what was asked outlives the message.
CREATE TABLE intent (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  group_id INTEGER NOT NULL,        -- one user action, one undo: the id of its first intent
  message_key INTEGER NOT NULL,
  kind TEXT NOT NULL,
  args TEXT NOT NULL,               -- JSON
  state TEXT NOT NULL,
  not_before REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT
);
CREATE INDEX intent_pending ON intent (message_key, id)
  WHERE state IN ('queued', 'running', 'uncertain');
CREATE INDEX intent_state ON intent (state, id);
CREATE INDEX intent_group ON intent (group_id);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  message_id TEXT NOT NULL,
  mail_from TEXT NOT NULL,
  rcpt_to TEXT NOT NULL,            -- JSON
  to_text TEXT NOT NULL,
  subject TEXT NOT NULL,
  size INTEGER NOT NULL,
  state TEXT NOT NULL,
  not_before REAL NOT NULL,
  changed_at REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  in_reply_to INTEGER,
  receipt TEXT,
  problem TEXT,                     -- JSON
  sent_copy TEXT NOT NULL,
  raw BLOB NOT NULL
);
CREATE INDEX outbox_state ON outbox (state);

CREATE TABLE draft (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  recipients_to TEXT NOT NULL,
  recipients_cc TEXT NOT NULL,
  recipients_bcc TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  in_reply_to_key INTEGER,
  in_reply_to TEXT,
  refs TEXT NOT NULL,               -- JSON
  updated_at REAL NOT NULL
);

CREATE TABLE notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
  content TEXT NOT NULL             -- JSON
);

CREATE TRIGGER message_counted AFTER INSERT ON message
WHEN NEW.shown_folder_id IS NOT NULL
BEGIN
  UPDATE folder SET total = total + 1, unread = unread + (NEW.flags & 1 = 0)
  WHERE id = NEW.shown_folder_id;
END;

CREATE TRIGGER message_uncounted AFTER DELETE ON message
WHEN OLD.shown_folder_id IS NOT NULL
BEGIN
  UPDATE folder SET total = total - 1, unread = unread - (OLD.flags & 1 = 0)
  WHERE id = OLD.shown_folder_id;
END;

CREATE TRIGGER message_recounted AFTER UPDATE OF shown_folder_id, flags ON message
WHEN OLD.shown_folder_id IS NOT NEW.shown_folder_id OR OLD.flags & 1 <> NEW.flags & 1
BEGIN
  UPDATE folder SET total = total - 1, unread = unread - (OLD.flags & 1 = 0)
  WHERE id = OLD.shown_folder_id;
  UPDATE folder SET total = total + 1, unread = unread + (NEW.flags & 1 = 0)
  WHERE id = NEW.shown_folder_id;
END;

-- One row of a list. Only what is shown somewhere has one.
CREATE VIEW message_summary AS
SELECT
  message.id, message.account_id, shown_folder_id, internaldate, from_text, to_text, subject,
  snippet, flags, keywords, size, has_attachment, thread_id, body, pending, folder.role
FROM message JOIN folder ON folder.id = message.shown_folder_id;

CREATE VIEW folder_row AS
SELECT
  id, account_id, path, name, delimiter, role, selectable, subscribed, shown, total, unread,
  uidvalidity, uidnext, highestmodseq, exists_count, synced_low, checked_at, error, beyond,
  beyond_unread
FROM folder;
