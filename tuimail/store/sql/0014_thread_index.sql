-- Of which conversation Exchange and Outlook say a message is (Thread-Index), where they do.
ALTER TABLE message_detail ADD COLUMN thread_index TEXT;
