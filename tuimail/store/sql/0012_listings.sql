-- What lists are sorted, folded and searched by. A message is in the catalogue when `sort_sender`
-- is not NULL: then it has its keys, its text for searching, and its part in a conversation. New
-- ones come in as they are recorded. Those that were here before follow in the background, a few
-- hundred at a time, so all of these indexes are partial and cost nothing to make.
ALTER TABLE message ADD COLUMN sort_sender TEXT;
ALTER TABLE message ADD COLUMN sort_subject TEXT;
-- So that an index can have what ascends first and then the newest first, all in one direction:
-- only then is a place in it found by comparing rows of values.
ALTER TABLE message ADD COLUMN back_date INTEGER GENERATED ALWAYS AS (-internaldate) VIRTUAL;
ALTER TABLE message ADD COLUMN back_id INTEGER GENERATED ALWAYS AS (-id) VIRTUAL;
ALTER TABLE message ADD COLUMN smallness INTEGER GENERATED ALWAYS AS (-size) VIRTUAL;
ALTER TABLE message ADD COLUMN unflagged INTEGER GENERATED ALWAYS AS (flags & 4 = 0) VIRTUAL;

CREATE INDEX message_by_sender ON message (shown_folder_id, sort_sender, back_date, back_id)
  WHERE sort_sender IS NOT NULL;
CREATE INDEX message_by_subject ON message (shown_folder_id, sort_subject, back_date, back_id)
  WHERE sort_sender IS NOT NULL;
CREATE INDEX message_by_size ON message (shown_folder_id, smallness, back_date, back_id)
  WHERE sort_sender IS NOT NULL;
CREATE INDEX message_by_unread ON message (shown_folder_id, seen, back_date, back_id)
  WHERE sort_sender IS NOT NULL;
CREATE INDEX message_by_flagged ON message (shown_folder_id, unflagged, back_date, back_id)
  WHERE sort_sender IS NOT NULL;
CREATE INDEX message_flagged ON message (back_date, back_id)
  WHERE sort_sender IS NOT NULL AND unflagged = 0 AND shown_folder_id IS NOT NULL;
CREATE INDEX message_in_conversation
  ON message (thread_id, internaldate DESC, id DESC, shown_folder_id)
  WHERE sort_sender IS NOT NULL AND shown_folder_id IS NOT NULL;

-- How far the background has come: messages with ids below this are still to be entered.
INSERT INTO meta (key, value)
  SELECT 'catalogue', max(id) + 1 FROM message HAVING max(id) IS NOT NULL;

-- The part of a conversation that is shown in one folder; belongs to the triggers below. What is
-- said of a conversation as a whole is the sum of its parts.
CREATE TABLE conversation (
  folder_id INTEGER NOT NULL,
  thread_id INTEGER NOT NULL,
  newest INTEGER NOT NULL,          -- internaldate and id of the newest message of the part
  newest_key INTEGER NOT NULL,
  members INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  flagged INTEGER NOT NULL,
  answered INTEGER NOT NULL,
  attached INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  PRIMARY KEY (folder_id, thread_id)
) WITHOUT ROWID;
CREATE INDEX conversation_window ON conversation (folder_id, newest DESC, newest_key DESC);
CREATE INDEX conversation_parts ON conversation (thread_id);

ALTER TABLE folder ADD COLUMN conversations INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER conversation_counted AFTER INSERT ON conversation
BEGIN
  UPDATE folder SET conversations = conversations + 1 WHERE id = NEW.folder_id;
END;

CREATE TRIGGER conversation_uncounted AFTER DELETE ON conversation
BEGIN
  UPDATE folder SET conversations = conversations - 1 WHERE id = OLD.folder_id;
END;

CREATE TRIGGER conversation_joined AFTER INSERT ON message
WHEN NEW.sort_sender IS NOT NULL AND NEW.shown_folder_id IS NOT NULL
  AND NEW.thread_id IS NOT NULL
BEGIN
  INSERT INTO conversation VALUES (NEW.shown_folder_id, NEW.thread_id, NEW.internaldate, NEW.id,
    1, NEW.flags & 1 = 0, NEW.flags & 4 <> 0, NEW.flags & 2 <> 0, NEW.has_attachment, NEW.pending)
  ON CONFLICT (folder_id, thread_id) DO UPDATE SET
    newest = iif((excluded.newest, excluded.newest_key) > (newest, newest_key),
      excluded.newest, newest),
    newest_key = iif((excluded.newest, excluded.newest_key) > (newest, newest_key),
      excluded.newest_key, newest_key),
    members = members + 1, unread = unread + excluded.unread,
    flagged = flagged + excluded.flagged, answered = answered + excluded.answered,
    attached = attached + excluded.attached, pending = pending + excluded.pending;
END;

CREATE TRIGGER conversation_left AFTER DELETE ON message
WHEN OLD.sort_sender IS NOT NULL AND OLD.shown_folder_id IS NOT NULL
  AND OLD.thread_id IS NOT NULL
BEGIN
  UPDATE conversation SET members = members - 1, unread = unread - (OLD.flags & 1 = 0),
    flagged = flagged - (OLD.flags & 4 <> 0), answered = answered - (OLD.flags & 2 <> 0),
    attached = attached - OLD.has_attachment, pending = pending - OLD.pending
  WHERE folder_id = OLD.shown_folder_id AND thread_id = OLD.thread_id;
  DELETE FROM conversation
  WHERE folder_id = OLD.shown_folder_id AND thread_id = OLD.thread_id AND members <= 0;
  UPDATE conversation SET (newest, newest_key) = (SELECT internaldate, id FROM message
    WHERE thread_id = OLD.thread_id AND shown_folder_id = OLD.shown_folder_id
      AND sort_sender IS NOT NULL AND shown_folder_id IS NOT NULL
    ORDER BY internaldate DESC, id DESC LIMIT 1)
  WHERE folder_id = OLD.shown_folder_id AND thread_id = OLD.thread_id AND newest_key = OLD.id;
END;

CREATE TRIGGER conversation_moved
AFTER UPDATE OF shown_folder_id, thread_id, internaldate, sort_sender ON message
WHEN OLD.shown_folder_id IS NOT NEW.shown_folder_id OR OLD.thread_id IS NOT NEW.thread_id
  OR OLD.internaldate <> NEW.internaldate
  OR (OLD.sort_sender IS NULL) <> (NEW.sort_sender IS NULL)
BEGIN
  UPDATE conversation SET members = members - 1, unread = unread - (OLD.flags & 1 = 0),
    flagged = flagged - (OLD.flags & 4 <> 0), answered = answered - (OLD.flags & 2 <> 0),
    attached = attached - OLD.has_attachment, pending = pending - OLD.pending
  WHERE folder_id = OLD.shown_folder_id AND thread_id = OLD.thread_id
    AND OLD.sort_sender IS NOT NULL;
  DELETE FROM conversation
  WHERE folder_id = OLD.shown_folder_id AND thread_id = OLD.thread_id AND members <= 0;
  UPDATE conversation SET (newest, newest_key) = (SELECT internaldate, id FROM message
    WHERE thread_id = OLD.thread_id AND shown_folder_id = OLD.shown_folder_id
      AND sort_sender IS NOT NULL AND shown_folder_id IS NOT NULL
    ORDER BY internaldate DESC, id DESC LIMIT 1)
  WHERE folder_id = OLD.shown_folder_id AND thread_id = OLD.thread_id AND newest_key = OLD.id;
  INSERT INTO conversation
  SELECT NEW.shown_folder_id, NEW.thread_id, NEW.internaldate, NEW.id, 1, NEW.flags & 1 = 0,
    NEW.flags & 4 <> 0, NEW.flags & 2 <> 0, NEW.has_attachment, NEW.pending
  WHERE NEW.sort_sender IS NOT NULL AND NEW.shown_folder_id IS NOT NULL
    AND NEW.thread_id IS NOT NULL
  ON CONFLICT (folder_id, thread_id) DO UPDATE SET
    newest = iif((excluded.newest, excluded.newest_key) > (newest, newest_key),
      excluded.newest, newest),
    newest_key = iif((excluded.newest, excluded.newest_key) > (newest, newest_key),
      excluded.newest_key, newest_key),
    members = members + 1, unread = unread + excluded.unread,
    flagged = flagged + excluded.flagged, answered = answered + excluded.answered,
    attached = attached + excluded.attached, pending = pending + excluded.pending;
END;

CREATE TRIGGER conversation_marked AFTER UPDATE OF flags, has_attachment, pending ON message
WHEN OLD.shown_folder_id IS NEW.shown_folder_id AND OLD.thread_id IS NEW.thread_id
  AND OLD.internaldate = NEW.internaldate
  AND OLD.sort_sender IS NOT NULL AND NEW.sort_sender IS NOT NULL
  AND (OLD.flags <> NEW.flags OR OLD.has_attachment <> NEW.has_attachment
    OR OLD.pending <> NEW.pending)
BEGIN
  UPDATE conversation SET
    unread = unread + (NEW.flags & 1 = 0) - (OLD.flags & 1 = 0),
    flagged = flagged + (NEW.flags & 4 <> 0) - (OLD.flags & 4 <> 0),
    answered = answered + (NEW.flags & 2 <> 0) - (OLD.flags & 2 <> 0),
    attached = attached + NEW.has_attachment - OLD.has_attachment,
    pending = pending + NEW.pending - OLD.pending
  WHERE folder_id = NEW.shown_folder_id AND thread_id = NEW.thread_id;
END;

-- What is searched, folded (text/folding). `doc` is internaldate * 2^28 + id: its order is that of
-- lists, so that what is found is found newest first and nothing is sorted. The index has no text
-- of its own. It knows only which columns hold which three characters (detail=column), so what it
-- finds is looked at again.
CREATE TABLE search_text (
  doc INTEGER PRIMARY KEY,
  senders TEXT NOT NULL,
  recipients TEXT NOT NULL,
  subject TEXT NOT NULL
);
CREATE VIRTUAL TABLE search USING fts5 (
  senders, recipients, subject,
  content = 'search_text', content_rowid = 'doc', tokenize = 'trigram', detail = 'column'
);

CREATE TRIGGER search_text_added AFTER INSERT ON search_text
BEGIN
  INSERT INTO search (rowid, senders, recipients, subject)
  VALUES (NEW.doc, NEW.senders, NEW.recipients, NEW.subject);
END;

CREATE TRIGGER search_text_removed AFTER DELETE ON search_text
BEGIN
  INSERT INTO search (search, rowid, senders, recipients, subject)
  VALUES ('delete', OLD.doc, OLD.senders, OLD.recipients, OLD.subject);
END;

CREATE TRIGGER message_unsearched AFTER DELETE ON message
WHEN OLD.sort_sender IS NOT NULL
BEGIN
  DELETE FROM search_text WHERE doc = (OLD.internaldate << 28) + OLD.id;
END;

CREATE TRIGGER message_searched_elsewhere AFTER UPDATE OF internaldate ON message
WHEN OLD.internaldate <> NEW.internaldate
BEGIN
  DELETE FROM search_text WHERE doc = (OLD.internaldate << 28) + OLD.id;
END;
