-- Whether a draft answers, passes on or goes on with a mail that was encrypted: a PGP block in a text
-- shows in no structure, and the mail may be gone before the draft is.
ALTER TABLE draft ADD COLUMN of_encrypted INTEGER NOT NULL DEFAULT 0;
