-- Whose mail an address was learnt from, so that it can go with the account. Where there are several
-- accounts nobody knows it of those that were here before: NULL. They go with the first account
-- that goes, and come again with mail.
CREATE TABLE learnt_address (
  id INTEGER PRIMARY KEY,
  account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
  folded TEXT NOT NULL,             -- mailbox@host in lower case
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  mailbox TEXT NOT NULL,
  host TEXT NOT NULL,
  written_at INTEGER NOT NULL,      -- last time a message went there, 0 for never
  seen_at INTEGER NOT NULL,
  UNIQUE (account_id, folded)
);
INSERT INTO learnt_address
  (account_id, folded, name, name_folded, mailbox, host, written_at, seen_at)
SELECT (SELECT max(id) FROM account WHERE (SELECT count(*) FROM account) = 1), folded, name,
  name_folded, mailbox, host, written_at, seen_at
FROM address ORDER BY id;
DROP TABLE address;
ALTER TABLE learnt_address RENAME TO address;
