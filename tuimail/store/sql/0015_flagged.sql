-- How much is flagged is said beside the folders, so it must not take looking at what is.
CREATE INDEX conversation_flagged ON conversation (folder_id, flagged) WHERE flagged > 0;
