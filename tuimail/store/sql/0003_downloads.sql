-- What is kept for reading without a network, and the space it takes.

-- Octets of the message's parts that are here; belongs to the triggers below.
ALTER TABLE message ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
-- Its files of up to so many octets were fetched unasked; 0 when none were.
ALTER TABLE message ADD COLUMN files_to INTEGER NOT NULL DEFAULT 0;

CREATE INDEX message_files ON message (shown_folder_id, internaldate DESC, id DESC, files_to)
  WHERE has_attachment = 1;

-- One row per folder that the user chose for, or in which something is kept. `keep` NULL: as the
-- settings say.
CREATE TABLE folder_download (
  folder_id INTEGER PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
  keep TEXT,
  days INTEGER,                     -- NULL: however old
  octets INTEGER NOT NULL DEFAULT 0 -- belongs to the triggers below
);

UPDATE message SET kept =
  (SELECT sum(length(data)) FROM part_body WHERE message_key = message.id)
  WHERE id IN (SELECT message_key FROM part_body);
INSERT INTO folder_download (folder_id, octets)
  SELECT shown_folder_id, sum(kept) FROM message
  WHERE kept > 0 AND shown_folder_id IS NOT NULL GROUP BY shown_folder_id;

CREATE TRIGGER part_kept AFTER INSERT ON part_body
BEGIN
  UPDATE message SET kept = kept + length(NEW.data) WHERE id = NEW.message_key;
END;

CREATE TRIGGER part_dropped AFTER DELETE ON part_body
BEGIN
  UPDATE message SET kept = kept - length(OLD.data) WHERE id = OLD.message_key;
END;

CREATE TRIGGER part_changed AFTER UPDATE OF message_key, data ON part_body
BEGIN
  UPDATE message SET kept = kept - length(OLD.data) WHERE id = OLD.message_key;
  UPDATE message SET kept = kept + length(NEW.data) WHERE id = NEW.message_key;
END;

CREATE TRIGGER message_space_changed AFTER UPDATE OF kept, shown_folder_id ON message
WHEN OLD.kept <> NEW.kept OR (NEW.kept > 0 AND OLD.shown_folder_id IS NOT NEW.shown_folder_id)
BEGIN
  UPDATE folder_download SET octets = octets - OLD.kept WHERE folder_id = OLD.shown_folder_id;
  INSERT INTO folder_download (folder_id, octets)
    SELECT NEW.shown_folder_id, NEW.kept WHERE NEW.shown_folder_id IS NOT NULL AND NEW.kept > 0
    ON CONFLICT (folder_id) DO UPDATE SET octets = octets + excluded.octets;
END;

CREATE TRIGGER message_space_freed AFTER DELETE ON message
WHEN OLD.kept > 0
BEGIN
  UPDATE folder_download SET octets = octets - OLD.kept WHERE folder_id = OLD.shown_folder_id;
END;
