-- How far the comparison of a folder with the server has come. Not part of the folder's row: a
-- folder that is compared again begins without it.
CREATE TABLE folder_round (
  folder_id INTEGER PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
  finished_at REAL,
  below INTEGER,                    -- the highest UID that is still to be compared
  looked_at REAL,
  extra INTEGER NOT NULL,
  extra_unseen INTEGER NOT NULL
);

INSERT INTO folder_round (folder_id, finished_at, extra, extra_unseen)
  SELECT folder.id, (julianday(value) - 2440587.5) * 86400.0, 0, 0
  FROM meta JOIN folder ON meta.key = 'full-pass:' || folder.id;
DELETE FROM meta WHERE key LIKE 'full-pass:%';

-- Rows that came while another folder had the same message. Each is a copy, or a move of which
-- the other end was not seen yet: that shows when the other row vanishes.
CREATE TABLE possible_move (
  message_key INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
  found_at REAL NOT NULL
);
