-- Messages that report on the delivery of a sent one (RFC 3464). They are found by their structure when
-- they are recorded; what they say is read when their parts were fetched.
CREATE TABLE report (
  message_key INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  original_id TEXT,                 -- the Message-ID it is about, NULL while nobody knows
  is_read INTEGER NOT NULL DEFAULT 0,
  outcomes TEXT NOT NULL DEFAULT '[]' -- JSON: recipient, action, status, words
);
CREATE INDEX report_original ON report (original_id);
CREATE INDEX report_unread ON report (account_id) WHERE is_read = 0;
