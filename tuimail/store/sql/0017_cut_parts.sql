-- Of a long text, or of a message that is attached, the beginning is here before the rest.
ALTER TABLE part_body ADD COLUMN cut INTEGER NOT NULL DEFAULT 0 CHECK (cut IN (0, 1));
-- Until now the texts were marked with their message alone.
UPDATE part_body SET cut = 1
  WHERE length(data) >= 2097152 AND message_key IN (SELECT id FROM message WHERE body = 1);
