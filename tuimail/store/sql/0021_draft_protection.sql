-- Whether a message is signed or encrypted when it is sent.
ALTER TABLE draft ADD COLUMN protection TEXT NOT NULL DEFAULT 'none';
