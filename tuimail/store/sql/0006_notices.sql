-- Whether somebody has looked at a notice in the list of them.
ALTER TABLE notice ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
