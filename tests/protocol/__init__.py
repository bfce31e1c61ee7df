"""The IMAP client against scripted conversations: one oddity of a server per file."""
